using System.Diagnostics;
using System.Globalization;

namespace UpgradeModule.Tests.Support;

/// <summary>A file system of a few megabytes, where this user may mount one.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly bool _mounted;

    /// <summary>Makes one.</summary>
    /// <param name="megabytes">Its size.</param>
    /// <param name="path">The folder that it takes the place of; one of its own where empty.</param>
    public SmallDisk(int megabytes, string? path = null)
    {
        Path = path ?? _folder.File("disk");
        Directory.CreateDirectory(Path);
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root") return;
        _mounted = Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=0777"), "tmpfs", Path);
    }

    public string Path { get; }

    public void Require() => Skip.IfNot(_mounted, "A small file system can only be mounted by root on Linux.");

    /// <summary>Takes what room is left.</summary>
    /// <returns>The file that took it.</returns>
    public string Fill()
    {
        var file = System.IO.Path.Combine(Path, "filler");
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, 1);
        var block = new byte[4096];
        try
        {
            while (true) stream.Write(block);
        }
        catch (IOException)
        {
            return file;
        }
    }

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
