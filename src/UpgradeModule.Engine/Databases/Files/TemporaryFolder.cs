using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace UpgradeModule.Engine.Databases.Files;

/// <summary>
/// Private temporary folders for copies of data. Their names tell the process that made them, so that what a killed one left is found: the folder, and
/// whatever still works in it.
/// </summary>
internal static class TemporaryFolder
{
    /// <summary>What the names of copies begin with.</summary>
    public const string Copy = "um-scratch-";

    /// <summary>What the names of throw-away servers' folders begin with.</summary>
    public const string Server = "um-server-";

    // The path of a socket may have a hundred bytes or so, which a deep temporary folder alone uses up.
    private const int MostForSocket = 44;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Makes one; those of processes that were killed are removed first.</summary>
    /// <param name="start">What its name begins with.</param>
    public static string Make(string start)
    {
        RemoveLeft();
        var path = Path.Combine(start == Server ? ServerRoot() : Path.GetTempPath(), start + ProcessMark.Make());
        DurableFile.CreatePrivateDirectory(path);
        return path;
    }

    /// <summary>Removes those of processes that are no more.</summary>
    /// <returns>How many there were.</returns>
    public static int RemoveLeft()
    {
        var removed = 0;
        foreach (var place in new[] { Path.GetTempPath(), ServerRoot() }.Distinct(StringComparer.Ordinal))
        {
            foreach (var start in new[] { Copy, Server })
            {
                // A link isn't ours, whatever its name.
                removed += Directory.EnumerateDirectories(place, start + "*").ToList().Count(folder => ProcessMark.IsStale(Path.GetFileName(folder)[start.Length..]) && new DirectoryInfo(folder).LinkTarget is null && Remove(folder));
            }
        }

        return removed;
    }

    private static string ServerRoot() => OperatingSystem.IsWindows() || Path.GetTempPath().Length < MostForSocket ? Path.GetTempPath() : "/tmp";

    private static bool Remove(string folder)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            EndThoseIn(folder);
            try
            {
                Directory.Delete(folder, recursive: true);
                return true;
            }
            catch (DirectoryNotFoundException)
            {
                // Its server's keeper was faster.
                return true;
            }
            catch (UnauthorizedAccessException)
            {
                return false;
            }
            catch (IOException)
            {
                // Somebody who has just been ended wrote to it yet.
                if (watch.Elapsed > Patience) return false;
                Thread.Sleep(20);
            }
        }
    }

    // A server that is being made, or whose keeper was killed as well: only Linux tells which processes those are.
    private static void EndThoseIn(string folder)
    {
        if (!OperatingSystem.IsLinux()) return;
        var path = Encoding.UTF8.GetBytes(folder);
        foreach (var entry in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(entry), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == Environment.ProcessId) continue;
            try
            {
                if (File.ReadAllBytes(entry + "/cmdline").AsSpan().IndexOf(path) < 0) continue;
                using var process = Process.GetProcessById(number);
                process.Kill();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException or Win32Exception)
            {
                // It has ended meanwhile, or is somebody else's.
            }
        }
    }
}
