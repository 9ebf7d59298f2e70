using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace UpgradeModule.Engine.Operations;

/// <summary>Folders and files that only their owner may read, and writes that a power cut can't tear.</summary>
internal static class PrivateFiles
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a folder (and those above it) that only its owner may enter. One that is there already stays as it is.</summary>
    /// <param name="path">Its full path.</param>
    public static void CreateDirectory(string path)
    {
        if (Directory.Exists(path)) return;
        if (OperatingSystem.IsWindows()) CreateWindowsDirectory(path);
        else Directory.CreateDirectory(path, FolderMode);
    }

    /// <summary>Opens a new file for writing that only its owner may read.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="mode">What happens to one that is there.</param>
    /// <param name="access">What it is opened for.</param>
    public static FileStream Create(string path, FileMode mode = System.IO.FileMode.CreateNew, FileAccess access = FileAccess.Write)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.Read, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = FileMode;
        return new FileStream(path, options);
    }

    /// <summary>Takes the rights of everybody but the owner from what is beneath a folder, and from the folder itself.</summary>
    /// <param name="directory">The folder.</param>
    public static void Tighten(string directory)
    {
        // Windows inherits the folder's own access list.
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(directory, FolderMode);
        foreach (var folder in Directory.EnumerateDirectories(directory, "*", SearchOption.AllDirectories)) File.SetUnixFileMode(folder, FolderMode);
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)) File.SetUnixFileMode(file, FileMode);
    }

    /// <summary>Writes a file whole: beside first, flushed to the disk, then renamed over what was there.</summary>
    /// <param name="path">Its full path.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="cancellationToken">Ends the work; what was there is untouched then.</param>
    public static async Task WriteAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var partial = $"{path}.{Guid.NewGuid():N}.partial";
        try
        {
            var stream = Create(partial);
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                stream.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }

        FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Flushes a file that somebody else wrote to the disk.</summary>
    /// <param name="path">Its full path.</param>
    public static void FlushFile(string path)
    {
        using var stream = new FileStream(path, System.IO.FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>Flushes a folder's entries to the disk, so that a rename in it outlives a power cut. Windows does so by itself.</summary>
    /// <param name="path">The folder.</param>
    public static void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = NativeMethods.Open(path, 0);
        if (descriptor < 0) return;

        // Some file systems (network shares) can't flush a folder: there is nothing better to be done there.
        _ = NativeMethods.FSync(descriptor);
        _ = NativeMethods.Close(descriptor);
    }

    [SupportedOSPlatform("windows")]
    private static void CreateWindowsDirectory(string path)
    {
        var security = new DirectorySecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        using var identity = WindowsIdentity.GetCurrent();
        IdentityReference[] allowed =
        [
            identity.User!,
            new SecurityIdentifier(WellKnownSidType.LocalSystemSid, null),
            new SecurityIdentifier(WellKnownSidType.BuiltinAdministratorsSid, null),
        ];
        foreach (var who in allowed)
        {
            security.AddAccessRule(new FileSystemAccessRule(who, FileSystemRights.FullControl, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit, PropagationFlags.None, AccessControlType.Allow));
        }

        var above = Path.GetDirectoryName(path);
        if (above is not null) Directory.CreateDirectory(above);
        new DirectoryInfo(path).Create(security);
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "open", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
        internal static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport("libc", EntryPoint = "fsync")]
        internal static extern int FSync(int descriptor);

        [DllImport("libc", EntryPoint = "close")]
        internal static extern int Close(int descriptor);
    }
}
