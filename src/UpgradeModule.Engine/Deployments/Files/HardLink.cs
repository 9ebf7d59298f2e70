using System.Runtime.InteropServices;

namespace UpgradeModule.Engine.Deployments.Files;

/// <summary>Gives a file a second name, which takes no space and no time.</summary>
internal static class HardLink
{
    /// <summary>Tries it; file systems without hard links, and another file system, refuse.</summary>
    /// <param name="existing">The file.</param>
    /// <param name="link">Its second name, which must be free.</param>
    public static bool TryCreate(string existing, string link) => OperatingSystem.IsWindows()
        ? NativeMethods.CreateHardLink(link, existing, 0)
        : NativeMethods.Link(existing, link) == 0;

    private static class NativeMethods
    {
        [DllImport("kernel32.dll", EntryPoint = "CreateHardLinkW", CharSet = CharSet.Unicode)]
        [return: MarshalAs(UnmanagedType.Bool)]
        internal static extern bool CreateHardLink(string link, string existing, nint security);

        [DllImport("libc", EntryPoint = "link", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
        internal static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string link);
    }
}
