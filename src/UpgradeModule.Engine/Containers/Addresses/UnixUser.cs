using System.Runtime.InteropServices;

namespace UpgradeModule.Engine.Containers.Addresses;

/// <summary>What Unix says of users and groups, for default sockets and for messages.</summary>
internal static class UnixUser
{
    private const int CurrentFolder = -100;
    private const uint WantGroup = 0x10;
    private const int GroupOffset = 24;

    /// <summary>The effective user's number; 0 on Windows, where nobody asks.</summary>
    public static uint Id => OperatingSystem.IsWindows() ? 0 : NativeMethods.EffectiveUser();

    /// <summary>Finds the name of the group that a file belongs to.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The name, the number where it has none; <see langword="null"/> where it can't be told.</returns>
    public static string? GroupOf(string path)
    {
        if (OperatingSystem.IsWindows()) return null;
        try
        {
            // statx, since its record is laid out alike on every processor.
            var buffer = new byte[256];
            if (NativeMethods.Stat(CurrentFolder, path, 0, WantGroup, buffer) != 0) return null;
            var number = BitConverter.ToUInt32(buffer, GroupOffset).ToString(System.Globalization.CultureInfo.InvariantCulture);
            return File.ReadLines("/etc/group").Select(line => line.Split(':')).FirstOrDefault(fields => fields.Length > 2 && fields[2] == number)?[0] ?? number;
        }
        catch (Exception failure) when (failure is EntryPointNotFoundException or DllNotFoundException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "geteuid")]
        internal static extern uint EffectiveUser();

        [DllImport("libc", EntryPoint = "statx", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
        internal static extern int Stat(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] buffer);
    }
}
