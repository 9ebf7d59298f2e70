using System.Diagnostics;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Engine.Upgrades.Undo;
using UpgradeModule.Tests.Support;
using UpgradeModule.Tests.Upgrades.Live;

namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>
/// One cell: something goes wrong while an upgrade runs. The run goes back by itself, or tells what to do; then, with the trouble mended, the upgrade is finished
/// or taken back. In between and at the end the application is healthy in exactly one version, and every acknowledged row is there.
/// </summary>
internal sealed class StrikeCell(IFaultScene scene, Strike strike, string verb)
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(20);
    private readonly RecordingOperation _operation = new();
    private readonly List<KeptItem> _told = [];
    private readonly List<string> _then = [];

    /// <summary>Runs it.</summary>
    /// <param name="scene">The application, at 1.0.0.</param>
    /// <param name="strike">What goes wrong.</param>
    /// <param name="action">The action at which it does; <see langword="null"/> where it was wrong from the beginning.</param>
    /// <param name="moment">When of it.</param>
    /// <param name="verb"><c>resume</c>: it is finished afterwards; <c>undo</c>: it is taken back.</param>
    public static async Task<StrikeReport> RunAsync(IFaultScene scene, Strike strike, string? action, FaultMoment moment, string verb)
    {
        var report = new StrikeReport { Name = strike.Name, At = action is null ? "from the beginning" : $"{action} {moment}", Verb = verb };
        var watch = Stopwatch.StartNew();
        try
        {
            report = await new StrikeCell(scene, strike, verb).RunAsync(report, action, moment);
        }
        catch (Exception failure)
        {
            report = report with { Problem = failure.ToString() };
        }

        return report with { Took = watch.Elapsed };
    }

    private async Task<StrikeReport> RunAsync(StrikeReport report, string? action, FaultMoment moment)
    {
        await using var writer = new NoteWriter(scene.Url, TimeSpan.FromMilliseconds(15));
        var point = new StrikePoint(action, moment, () => strike.BlowAsync(scene));
        var first = await UpgradeAsync(point);
        await strike.MendAsync(scene);
        report = report with { Ended = first.Ended, ErrorId = first.ErrorId, Told = first.Told };
        if (action is not null && !point.Struck) return report with { Problem = "it was not reached" };

        // Whatever ended by itself left one version in place, as it tells.
        if (first.Whole is { } version && await LookAsync(writer, version) is { } trouble) return report with { Problem = $"after the run itself: {trouble}" };
        var expected = verb == "undo" ? "1.0.0" : "2.0.0";
        await (verb == "undo" ? UndoAsync() : FinishAsync());
        await Task.Delay(100);
        var problem = await LookAsync(writer, expected);
        await writer.StopAsync();
        var missing = await MissingAsync(writer);
        var aside = missing.Count;
        // A run whose record is gone with its folder has told what is kept all the same.
        foreach (var item in (await RunsAsync()).SelectMany(run => run.Kept).Concat(_told).Where(item => item.Kind.StartsWith("Database", StringComparison.Ordinal) && !item.Dropped))
        {
            if (missing.Count > 0) missing.ExceptWith(await scene.NotesInAsync(item));
        }

        return report with
        {
            Then = string.Join(", ", _then),
            Version = expected,
            Acknowledged = writer.Acknowledged.Count,
            Aside = aside - missing.Count,
            Problem = first.Raw ?? problem ?? (missing.Count > 0 ? $"{missing.Count} acknowledged rows are missing, such as {missing.First()}" : writer.Acknowledged.IsEmpty ? "nobody wrote" : null),
        };
    }

    /// <summary>Runs the upgrade, struck where there is a point.</summary>
    private async Task<(string Ended, string? ErrorId, string? Told, string? Whole, string? Raw)> UpgradeAsync(StrikePoint? point)
    {
        await using var engine = UpgradeEngine.Open(new EngineOptions { StorePath = scene.StorePath, DefinitionsPath = scene.StorePath + ".none", Faults = point, UndoPatience = strike.Patience });
        try
        {
            var context = await engine.Deployments.OpenAsync(scene.Context.Deployment, _operation, null, null, default);
            var installed = await engine.Services.GetAsync(context, default);
            var path = engine.Planner.Plan(context.Spec, new PathRequest { From = installed.Version ?? context.Deployment.Version!, Edition = context.Deployment.Edition, Deployment = context.Deployment });
            var request = new UpgradeRequest { Path = path, ArtifactPath = scene.Artifacts, Registry = scene.Registry, Timeout = strike.Timeout };
            var result = await engine.Upgrades.RunAsync(context, request, point is null ? default : strike.Token);
            var ended = result.Outcome is UpgradeOutcome.Succeeded or UpgradeOutcome.RolledBack;
            _told.AddRange(result.Kept);
            return (result.Outcome.ToString()!, result.ErrorId, result.Error, ended ? result.Reached!.Text : null, Judge(result));
        }
        catch (UpgradeException failure)
        {
            // It didn't begin, or ended before anything was touched.
            var raw = failure.Remedy is null && failure.ErrorId != "NotReady" ? $"{failure.ErrorId} tells no remedy: {failure.Message}" : null;
            return ("not begun", failure.ErrorId, failure.Message, "1.0.0", raw);
        }
        catch (Exception failure) when (point is not null)
        {
            return ("not begun", failure.GetType().Name, failure.Message, "1.0.0", "a raw error: " + failure);
        }
    }

    /// <summary>Whether people are told what is wrong and what to do.</summary>
    private static string? Judge(UpgradeResult result) => result switch
    {
        { Outcome: UpgradeOutcome.Succeeded } => null,
        { ErrorId: null or "" or "UpgradeFailed" } or { Error: null or "" } => $"a raw error: {result.ErrorId}, {result.Error}",
        { Outcome: UpgradeOutcome.Failed } when !result.Error.Contains("Resume-UpgradeRun", StringComparison.Ordinal) => $"the way on is not told: {result.Error}",
        _ => null,
    };

    private async Task FinishAsync()
    {
        if ((await RunsAsync()).FirstOrDefault() is { Outcome: null or UpgradeOutcome.Interrupted or UpgradeOutcome.Failed })
        {
            var resumed = await AsToldAsync("Resume-UpgradeRun", async () => await scene.Engine.Upgrades.ResumeAsync(await ContextAsync(), new ResumeRequest(), default));
            Assert.True(resumed.Outcome is UpgradeOutcome.Succeeded or UpgradeOutcome.RolledBack, $"the resume ended {resumed.Outcome}: {resumed.Error}");
        }

        if ((await scene.Engine.Services.GetAsync(await ContextAsync(), default)).Version?.Text == "2.0.0") return;
        var again = await UpgradeAsync(null);
        _then.Add($"Invoke-AppUpgrade: {again.Ended}");
        Assert.True(again.Ended == "Succeeded", $"the same command again ended {again.Ended}: {again.Told}");
    }

    private async Task UndoAsync()
    {
        if ((await RunsAsync()).Count == 0) return;
        var undone = await AsToldAsync("Undo-UpgradeRun", async () => await scene.Engine.Upgrades.UndoAsync(await ContextAsync(), new UndoRequest { Strategy = UndoStrategy.Restore }, default));
        Assert.True(undone.Outcome == UpgradeOutcome.RolledBack, $"the undo ended {undone.Outcome}: {undone.Error}");
    }

    /// <summary>Does it; once more where it fails and says what has to be done besides.</summary>
    private async Task<UpgradeResult> AsToldAsync(string name, Func<Task<UpgradeResult>> work)
    {
        var result = await work();
        _then.Add($"{name}: {result.Outcome}");
        if (result.Outcome != UpgradeOutcome.Failed || await strike.DoAsToldAsync(scene, result.Error ?? "") is not { } done) return result;
        result = await work();
        _then.AddRange([done, $"{name}: {result.Outcome}"]);
        return result;
    }

    private Task<DeploymentContext> ContextAsync() => scene.Engine.Deployments.OpenAsync(scene.Context.Deployment, _operation, null, null, default);

    private Task<IReadOnlyList<UpgradeRun>> RunsAsync() => scene.Engine.Upgrades.ListAsync(scene.Context.Deployment, default);

    /// <summary>Looks until the version is healthy: what the trouble broke, as a pool of connections, mends itself in a moment.</summary>
    private async Task<string?> LookAsync(NoteWriter writer, string expected)
    {
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(250))
        {
            var service = await scene.Engine.Services.GetAsync(await ContextAsync(), default);
            var running = await scene.RunningAsync();
            var problem = service.Health != AppHealth.Healthy ? $"it is {service.Status}, {service.Health}: {service.HealthDetail}"
                : service.Version?.Text != expected ? $"{service.Version} runs, not {expected}"
                : running != 1 ? $"{running} of it run"
                : null;
            if (problem is null && writer.Acknowledged.IsEmpty) problem = "nobody can write";
            if (problem is null || since.Elapsed > Recovery) return problem;
        }
    }

    private async Task<HashSet<string>> MissingAsync(NoteWriter writer)
    {
        var live = await scene.NotesAsync();
        return [.. writer.Acknowledged.Where(note => !live.Contains(note))];
    }
}
