using System.Diagnostics;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Upgrades.Actions;

namespace UpgradeModule.Engine.Upgrades.Rehearsal;

/// <summary>Walks a path on a clone by the very actions of a real run, so that each phase takes as long, and ends at the first stop that fails.</summary>
/// <param name="run">The run; its deployment is the clone.</param>
/// <param name="progress">Who is told.</param>
internal sealed class RehearsalRun(RunContext run, RunProgress progress)
{
    private const int ShownLines = 15;
    private const string Inner = "StepsBefore";

    private readonly ActionRunner _actions = new(run, progress);

    /// <summary>Fetches the versions of all stops.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task FetchAsync(CancellationToken cancellationToken) => _actions.DoAsync(new FetchArtifacts(), [], cancellationToken);

    /// <summary>Starts the present version: a clone that isn't healthy to begin with tells nothing of the upgrade.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Why it isn't; <see langword="null"/> where it is.</returns>
    public async Task<string?> BeginAsync(CancellationToken cancellationToken)
    {
        using var phase = new RehearsalPhase(progress, $"Start {run.Path.From} on the clone");
        try
        {
            await run.Host.StartAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
            await run.Services.Waiter.WaitAsync(run.Deployment, new WaitRequest { Expected = run.Path.From, Timeout = run.Request.Timeout }, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return $"The clone of the present version {run.Path.From} does not become healthy: {await DescribeAsync(failure, null).ConfigureAwait(false)}";
        }
    }

    /// <summary>Walks one stop.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<RehearsedStop> StopAsync(int index, CancellationToken cancellationToken)
    {
        var stop = run.Path.Stops[index];
        var downBefore = run.Downtime.Elapsed;
        var phases = run.Recorder.Document.Run.Steps.Count;
        var watch = Stopwatch.StartNew();
        var hop = run.BeginHop(index);
        string? problem = null;
        try
        {
            foreach (var action in RunPlan.Hop(run.Path, index, run.Deployment.Spec).Where(static action => action.Id != Inner))
            {
                await _actions.DoAsync(action, [], cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            problem = await DescribeAsync(failure, hop.StartedOn).ConfigureAwait(false);
        }

        var rehearsed = new RehearsedStop
        {
            Order = stop.Order,
            From = stop.From,
            To = stop.To,
            Healthy = problem is null,
            Duration = watch.Elapsed,
            Downtime = run.Downtime.Elapsed - downBefore,
            Phases = [.. run.Recorder.Document.Run.Steps.Skip(phases)],
            Migrations = await MigrationsAsync(hop.MigrationsBefore).ConfigureAwait(false),
            InvariantsBefore = hop.Baseline,
            InvariantsAfter = problem is null ? run.Recorder.Document.Run.InvariantsAfter : [],
            Problems = problem is null ? [] : [problem],
            NotRehearsed = [.. stop.StepsBefore.Concat(stop.StepsAfter).Where(static step => step.Needed != false)],
        };
        if (problem is null) run.CompleteHop();
        return rehearsed;
    }

    private async Task<IReadOnlyList<string>> MigrationsAsync(MigrationState? before)
    {
        try
        {
            var after = await MigrationGate.ReadAsync(run, CancellationToken.None).ConfigureAwait(false);
            return after is null ? [] : [.. after.Names.Except(before?.Names ?? [])];
        }
        catch (UpgradeException failure)
        {
            run.Operation.Verbose($"The migrations of the clone can't be read: {failure.Message}");
            return [];
        }
    }

    private async Task<string> DescribeAsync(Exception failure, DateTimeOffset? since)
    {
        var lines = failure is UpgradeException { Detail: { Length: > 0 } detail } ? detail : string.Join(Environment.NewLine, await LogAsync(since).ConfigureAwait(false));
        return lines.Length == 0 ? failure.Message : $"{failure.Message}{Environment.NewLine}{lines}";
    }

    private async Task<IReadOnlyList<string>> LogAsync(DateTimeOffset? since)
    {
        try
        {
            return await run.Host.ReadLogAsync(run.Deployment, ShownLines, since, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is UpgradeException or IOException)
        {
            return [];
        }
    }
}
