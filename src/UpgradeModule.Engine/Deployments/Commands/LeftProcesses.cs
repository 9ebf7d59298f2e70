using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Commands;

/// <summary>
/// Ends one-off commands that outlived who started them. A mark in their environment, which all that they start inherits, tells whose they are:
/// no file has to be written in time for it. Only Linux lets processes' environments be read.
/// </summary>
internal static class LeftProcesses
{
    /// <summary>The environment variable that marks what belongs to a one-off command.</summary>
    public const string Variable = "UPGRADEMODULE_COMMAND_OF";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Kills them, and returns once none is there any more.</summary>
    /// <param name="mark">The mark of the deployment's commands.</param>
    /// <param name="context">The deployment; its lock is held, so that nobody waits for what is found.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>CommandFailed</c>: one can't be ended.</exception>
    public static async Task EndAsync(string mark, DeploymentContext context, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux()) return;
        var told = new HashSet<int>();
        for (var watch = Stopwatch.StartNew(); ;)
        {
            var left = Find(mark);
            if (left.Count == 0) return;
            if (watch.Elapsed > Patience)
            {
                var number = left[0].ToString(CultureInfo.InvariantCulture);
                throw new UpgradeException("CommandFailed", UpgradeErrorCategory.ResourceBusy, context.Deployment.Name, $"A command that was run for '{context.Deployment.Name}' earlier still runs (process {number}), and can't be ended. As long as it runs, it may write to the database.", $"End it with 'kill -9 {number}', and do this again.");
            }

            foreach (var process in left)
            {
                if (told.Add(process)) context.Operation.Warning(string.Create(CultureInfo.InvariantCulture, $"A command that was run for '{context.Deployment.Name}' earlier had outlived who started it; it is ended (process {process})."));
                Kill(process);
            }

            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }
    }

    private static List<int> Find(string mark)
    {
        var entry = Encoding.UTF8.GetBytes($"\0{Variable}={mark}\0");
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process) || process == Environment.ProcessId) continue;
            try
            {
                byte[] environment = [0, .. File.ReadAllBytes(folder + "/environ"), 0];
                if (environment.AsSpan().IndexOf(entry) >= 0) found.Add(process);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // It has ended meanwhile, or is somebody else's: who may run the command may read what it started.
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
