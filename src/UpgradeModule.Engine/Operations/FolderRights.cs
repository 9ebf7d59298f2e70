using System.Runtime.InteropServices;

namespace UpgradeModule.Engine.Operations;

/// <summary>Tells what this user may do in folders.</summary>
internal static class FolderRights
{
    private const int CurrentDirectory = -100;
    private const int WriteAndEnter = 2 | 1;
    private const int AsEffectiveUser = 0x200;

    /// <summary>
    /// Whether this user may make files in a folder. Linux knows it of every kind of permission, and of what is mounted read-only; elsewhere a file is
    /// made that goes as it is closed, which changes the folder's time.
    /// </summary>
    /// <param name="directory">The folder.</param>
    public static bool MayWrite(string directory)
    {
        if (OperatingSystem.IsLinux()) return NativeMethods.Access(CurrentDirectory, directory, WriteAndEnter, AsEffectiveUser) == 0;
        try
        {
            using var probe = new FileStream(Path.Combine(directory, $".upgrademodule-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "faccessat", SetLastError = true)]
        internal static extern int Access(int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int mode, int flags);
    }
}
