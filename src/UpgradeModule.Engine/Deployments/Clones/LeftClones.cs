using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>
/// Ends the processes of clones. A mark in their environment, which all that they start inherits, tells whose they are; only Linux lets
/// processes' environments be read.
/// </summary>
internal static class LeftClones
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Kills them, and returns once none is there any more.</summary>
    /// <param name="whose">Tells of a mark whether it is one of those.</param>
    /// <returns>How many there were.</returns>
    public static async Task<int> EndAsync(Func<string, bool> whose)
    {
        if (!OperatingSystem.IsLinux()) return 0;
        var ended = new HashSet<int>();
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Patience;)
        {
            var left = Find(whose);
            if (left.Count == 0) break;
            foreach (var process in left.Where(process => ended.Add(process))) Kill(process);
            await Task.Delay(20).ConfigureAwait(false);
        }

        return ended.Count;
    }

    private static List<int> Find(Func<string, bool> whose)
    {
        var start = Encoding.UTF8.GetBytes($"\0{CloneSettings.Variable}=");
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process) || process == Environment.ProcessId) continue;
            try
            {
                byte[] environment = [0, .. File.ReadAllBytes(folder + "/environ"), 0];
                var at = environment.AsSpan().IndexOf(start);
                if (at < 0) continue;
                var value = environment.AsSpan(at + start.Length);
                if (whose(Encoding.UTF8.GetString(value[..value.IndexOf((byte)0)]))) found.Add(process);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile, or is somebody else's.
            }
        }

        return found;
    }

    private static void Kill(int number)
    {
        try
        {
            using var process = Process.GetProcessById(number);
            process.Kill();
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It has ended by itself, or can't be: the next look tells.
        }
    }
}
