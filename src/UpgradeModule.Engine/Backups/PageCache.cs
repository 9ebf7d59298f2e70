using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace UpgradeModule.Engine.Backups;

/// <summary>Has the system forget what it keeps of a file in memory, so that what is read next comes from the disk or the share.</summary>
internal static class PageCache
{
    private const int DontNeed = 4;

    /// <summary>Forgets a file that was flushed. Where the system can't, nothing happens.</summary>
    /// <param name="path">The file.</param>
    public static void Forget(string path)
    {
        if (!OperatingSystem.IsLinux()) return;
        using var handle = File.OpenHandle(path);
        _ = NativeMethods.Advise(handle, 0, 0, DontNeed);
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "posix_fadvise")]
        internal static extern int Advise(SafeFileHandle file, nint offset, nint length, int advice);
    }
}
