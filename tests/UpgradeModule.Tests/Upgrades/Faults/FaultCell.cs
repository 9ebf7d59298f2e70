using System.Diagnostics;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Tests.Upgrades.Live;

namespace UpgradeModule.Tests.Upgrades.Faults;

/// <summary>
/// One cell of the fault matrix: an upgrade dies at a moment, another process finishes it or takes it back, and then the application is healthy in
/// exactly one version and every acknowledged row is there.
/// </summary>
internal static class FaultCell
{
    /// <summary>Every action of an upgrade over the stop 1.1.0 that is written down, in its order.</summary>
    public static IEnumerable<string> Actions(params string[] stops) =>
        ["Fetch", "Backup", "Prove", .. stops.SelectMany(stop => new[] { "ReadInvariants", "Stop", "RollbackPoint", "Swap", "Start", "Wait", "CompareInvariants" }.Select(action => $"{action}@{stop}"))];

    /// <summary>Dies at an action and goes on by a verb: <c>resume</c> or <c>undo</c>.</summary>
    /// <param name="scene">The application, at 1.0.0.</param>
    /// <param name="verb">How it goes on.</param>
    /// <param name="action">The action.</param>
    /// <param name="moment">When of it.</param>
    /// <param name="killAfter">When it dies, where that is at no action.</param>
    /// <param name="between">What happens while it lies dead.</param>
    public static async Task<FaultReport> RunAsync(IFaultScene scene, string verb, string? action, FaultMoment moment, TimeSpan? killAfter = null, Func<Task>? between = null)
    {
        await using var writer = new NoteWriter(scene.Url, TimeSpan.FromMilliseconds(15));
        var watch = Stopwatch.StartNew();
        var died = await FaultProcess.RunAsync(scene, "upgrade", action, moment, killAfter);
        var report = new FaultReport { Verb = verb, At = action is null ? $"{killAfter!.Value.TotalMilliseconds:0} ms" : $"{action} {moment}", Killed = died.Killed };
        if (!died.Killed && action is not null) return report with { Problem = $"it did not die: {died.Code} {died.Said}" };
        report = report with { Was = LastWord(died.Said) };
        try
        {
            if (between is not null) await between();
            var shown = await scene.Engine.Upgrades.ListAsync(scene.Context.Deployment, default);
            if (shown.Count == 0)
            {
                // Nothing was written down, so nothing was touched: the same command is given again.
                report = report with { Was = report.Was + ", no trace" };
                verb = "upgrade";
            }
            else if (died.Killed && shown[0].Outcome != UpgradeOutcome.Interrupted)
            {
                return report with { Problem = $"Get-UpgradeRun shows {shown[0].Outcome}" };
            }

            if (!died.Killed && verb == "resume") return await CheckAsync(scene, writer, report, "2.0.0", watch);
            var after = await FaultProcess.RunAsync(scene, verb);
            if (after.Code != 0) return report with { Problem = $"{verb} failed: {after.Said}" };
            var runs = await scene.Engine.Upgrades.ListAsync(scene.Context.Deployment, default);
            report = report with { Outcome = runs[0].Outcome, Downtime = runs[0].Downtime };
            var expected = verb == "undo" ? "1.0.0" : "2.0.0";
            return await CheckAsync(scene, writer, report, expected, watch);
        }
        catch (Exception failure)
        {
            return report with { Problem = failure.ToString() };
        }
    }

    private static async Task<FaultReport> CheckAsync(IFaultScene scene, NoteWriter writer, FaultReport report, string expected, Stopwatch watch)
    {
        var service = await scene.Engine.Services.GetAsync(scene.Context, default);
        await writer.StopAsync();
        var run = (await scene.Engine.Upgrades.ListAsync(scene.Context.Deployment, default))[0];
        var live = await scene.NotesAsync();
        var missing = writer.Acknowledged.Where(note => !live.Contains(note)).ToList();
        var lost = missing.Count;
        if (report.Verb == "undo" && missing.Count > 0)
        {
            // What newer versions took is kept beside; what was written until the first stop is back.
            foreach (var item in run.Kept.Where(item => item.Kind.StartsWith("Database", StringComparison.Ordinal) && !item.Dropped))
            {
                var kept = await scene.NotesInAsync(item);
                missing.RemoveAll(kept.Contains);
            }
        }

        return report with
        {
            Version = service.Version?.Text,
            Health = service.Health,
            Acknowledged = writer.Acknowledged.Count,
            Aside = lost - missing.Count,
            Took = watch.Elapsed,
            Problem = service.Health != AppHealth.Healthy ? $"it is {service.Status}, {service.Health}: {service.HealthDetail}"
                : service.Version?.Text != expected ? $"{service.Version} runs, not {expected}; the run is {run.Outcome}: {run.Error}"
                : missing.Count > 0 ? $"{missing.Count} acknowledged rows are missing, such as {missing[0]}"
                : null,
        };
    }

    private static string LastWord(string said) => said.Split('\n').LastOrDefault(line => line.StartsWith("at ", StringComparison.Ordinal))?[3..].Trim() ?? "before anything";
}
