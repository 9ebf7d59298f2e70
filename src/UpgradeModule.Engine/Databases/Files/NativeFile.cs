using System.Globalization;
using System.Runtime.InteropServices;

namespace UpgradeModule.Engine.Databases.Files;

/// <summary>The few file calls of Linux that .NET has no method for.</summary>
internal static class NativeFile
{
    private const int CurrentDirectory = -100;
    private const uint BasicStats = 0x7ff;

    /// <summary>Gives a file a second name, so that a rename over its first one loses nothing.</summary>
    /// <param name="existing">The file.</param>
    /// <param name="name">Its second name.</param>
    /// <returns>Whether it has that name now; <see langword="false"/> where the file system has no hard links.</returns>
    public static bool TryLink(string existing, string name) => OperatingSystem.IsLinux() && Link(existing, name) == 0;

    /// <summary>Tells whether two names are the same file.</summary>
    /// <param name="left">One name.</param>
    /// <param name="right">The other.</param>
    public static bool AreSame(string left, string right)
    {
        if (!OperatingSystem.IsLinux()) return string.Equals(Path.GetFullPath(left), Path.GetFullPath(right), StringComparison.OrdinalIgnoreCase);
        return Stat(left) is { } one && Stat(right) is { } other && one.Inode == other.Inode && one.DeviceMajor == other.DeviceMajor && one.DeviceMinor == other.DeviceMinor;
    }

    /// <summary>What tells a file or folder from every other on this machine, by whatever path it is reached.</summary>
    /// <param name="path">A path to it; links are followed.</param>
    /// <returns>The device and the inode; <see langword="null"/> where it isn't there, or the system doesn't tell.</returns>
    public static string? IdentityOf(string path) =>
        OperatingSystem.IsLinux() && Stat(path) is { } stat ? string.Create(CultureInfo.InvariantCulture, $"{stat.DeviceMajor}:{stat.DeviceMinor}:{stat.Inode}") : null;

    /// <summary>Gives a file the owner and group of another, where this process may.</summary>
    /// <param name="from">The file whose owner is taken.</param>
    /// <param name="to">The file that gets it.</param>
    public static void CopyOwner(string from, string to)
    {
        // Refused to everybody but root, who alone may give files away; then the file is the caller's own, as every file they write.
        if (OperatingSystem.IsLinux() && Stat(from) is { } stat) _ = ChangeOwner(to, stat.User, stat.Group);
    }

    /// <summary>Gives a file to a user, where this process is root.</summary>
    /// <param name="path">The file.</param>
    /// <param name="user">The user's number.</param>
    /// <param name="group">The group's number.</param>
    public static void GiveTo(string path, uint user, uint group)
    {
        if (OperatingSystem.IsLinux()) _ = ChangeOwner(path, user, group);
    }

    /// <summary>Brings the names of a directory to disk: without it a rename may be forgotten in a power failure.</summary>
    /// <param name="directory">The directory.</param>
    public static void FlushDirectory(string directory)
    {
        if (!OperatingSystem.IsLinux()) return;
        var handle = Open(directory, 0);
        if (handle < 0) return;
        _ = Flush(handle);
        _ = Close(handle);
    }

    private static StatX? Stat(string path)
    {
        try
        {
            return StatOf(CurrentDirectory, path, 0, BasicStats, out var stat) == 0 ? stat : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [DllImport("libc", EntryPoint = "chown", SetLastError = true)]
    private static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Flush(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int handle);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static extern int StatOf(int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, out StatX stat);

    // The kernel fixes this layout for every architecture, unlike that of stat.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatX
    {
        [FieldOffset(20)] public uint User;
        [FieldOffset(24)] public uint Group;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
    }
}
