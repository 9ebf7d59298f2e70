using System.Runtime.ExceptionServices;
using UpgradeModule.Engine.Upgrades.Actions;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>Walks a path, action by action, and ends at its target, at a pause, or at the last completed stop.</summary>
internal sealed class UpgradeRunner(RunContext run, RunProgress progress)
{
    private readonly ActionRunner _actions = new(run, progress);

    /// <summary>Walks the path.</summary>
    /// <param name="pending">The steps that an earlier run paused at, after the stop that runs now.</param>
    /// <param name="cancellationToken">Cancelling goes back to the last completed stop.</param>
    /// <exception cref="UpgradeException">What fails before the first stop: nothing has been touched then.</exception>
    public async Task<UpgradeResult> RunAsync(StepsAfter? pending, CancellationToken cancellationToken)
    {
        var paused = await PrepareAsync(pending, cancellationToken).ConfigureAwait(false);
        for (var index = 0; paused is null && index < run.Path.Stops.Count; index++)
        {
            paused = await HopAsync(index, cancellationToken).ConfigureAwait(false);
        }

        return paused ?? await SucceedAsync().ConfigureAwait(false);
    }

    private async Task<UpgradeResult?> PrepareAsync(StepsAfter? pending, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var question in RunPlan.Questions(run.Path, pending))
            {
                var answer = await _actions.DoAsync(question, [], cancellationToken).ConfigureAwait(false);
                if (answer.PauseAt is { } step) return await PauseAsync(step).ConfigureAwait(false);
            }

            await run.Recorder.BeginAsync(cancellationToken).ConfigureAwait(false);
            if (run.Path.Stops.Count == 0) return null;
            foreach (var preparation in RunPlan.Preparations())
            {
                await _actions.DoAsync(preparation, [], cancellationToken).ConfigureAwait(false);
            }

            return null;
        }
        catch (Exception failure)
        {
            var cancelled = cancellationToken.IsCancellationRequested;
            var ended = await EndUntouchedAsync(failure, cancelled).ConfigureAwait(false);
            if (cancelled) return ended;
            ExceptionDispatchInfo.Throw(failure);
            throw;
        }
    }

    private async Task<UpgradeResult?> HopAsync(int index, CancellationToken cancellationToken)
    {
        var stop = run.Path.Stops[index];
        var begun = new List<BegunAction>();
        try
        {
            run.BeginHop(stop);
            run.Recorder.Serving = false;
            foreach (var action in RunPlan.Hop(run.Path, index, run.Deployment.Spec))
            {
                var result = await _actions.DoAsync(action, begun, cancellationToken).ConfigureAwait(false);
                if (result.PauseAt is { } step) return await PauseAsync(step).ConfigureAwait(false);
            }

            await CompleteHopAsync().ConfigureAwait(false);

            // At the target there is nothing left to cancel: the questions about its steps are answered.
            var last = index == run.Path.Stops.Count - 1;
            foreach (var action in RunPlan.After(stop))
            {
                var result = await _actions.DoAsync(action, begun, last ? CancellationToken.None : cancellationToken).ConfigureAwait(false);
                if (result.PauseAt is { } step) return await PauseAsync(step).ConfigureAwait(false);
            }

            return null;
        }
        catch (Exception failure)
        {
            var back = new WayBack(run, progress);
            return await back.GoAsync(failure, begun, cancellationToken.IsCancellationRequested).ConfigureAwait(false);
        }
    }

    private async Task CompleteHopAsync()
    {
        run.CompleteHop();
        run.Recorder.Change(record => record with { Reached = run.Reached, Deployment = run.Deployment.Deployment, Downtime = run.Downtime.Elapsed });
        await DeploymentBook.SaveAsync(run.Services.Store, run.Deployment).ConfigureAwait(false);
        run.Operation.Verbose($"{run.AppName} {run.Reached} is healthy with all of its data.");
    }

    private Task<UpgradeResult> SucceedAsync() => run.Recorder.EndAsync(
        record => Ended(record, UpgradeOutcome.Succeeded) with { Message = RunMessages.Succeeded(run, record) },
        CancellationToken.None);

    private async Task<UpgradeResult> PauseAsync(UpgradeStep step)
    {
        var message = RunMessages.Paused(run, step);
        run.Operation.Warning(message);
        if (!run.Recorder.Begun) await run.Recorder.BeginAsync(CancellationToken.None).ConfigureAwait(false);
        return await run.Recorder.EndAsync(record => Ended(record, UpgradeOutcome.Paused) with { PausedAt = step, Message = message }, CancellationToken.None).ConfigureAwait(false);
    }

    private Task<UpgradeResult> EndUntouchedAsync(Exception failure, bool cancelled)
    {
        run.Recorder.GoingBack = true;
        var message = RunMessages.Untouched(run, failure, cancelled);
        return run.Recorder.EndAsync(
            record => Ended(record, UpgradeOutcome.RolledBack) with { Error = message, ErrorId = RunMessages.ErrorId(failure, cancelled), Message = message },
            CancellationToken.None);
    }

    private UpgradeRun Ended(UpgradeRun record, UpgradeOutcome outcome) => record with
    {
        Outcome = outcome,
        Reached = run.Reached,
        Deployment = run.Deployment.Deployment,
        Downtime = run.Downtime.Elapsed,
    };
}
