using System.Diagnostics;
using System.Globalization;

namespace UpgradeModule.Tests.Support;

/// <summary>A file system of a few megabytes, where this user may mount one.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly bool _mounted;

    public SmallDisk(int megabytes)
    {
        Path = _folder.File("disk");
        Directory.CreateDirectory(Path);
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root") return;
        _mounted = Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=0777"), "tmpfs", Path);
    }

    public string Path { get; }

    public void Require() => Skip.IfNot(_mounted, "A small file system can only be mounted by root on Linux.");

    public void Dispose()
    {
        if (_mounted) Run("umount", "-l", Path);
        _folder.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true });
        process!.WaitForExit();
        return process.ExitCode == 0;
    }
}
