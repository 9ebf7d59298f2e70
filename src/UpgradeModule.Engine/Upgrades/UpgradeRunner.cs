using System.Runtime.ExceptionServices;
using UpgradeModule.Engine.Upgrades.Actions;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>Walks a path, action by action, and ends at its target, at a pause, or at the last completed stop.</summary>
internal sealed class UpgradeRunner(RunContext run, RunProgress progress)
{
    // What was written since a backup is in the rollback point alone; a backup of an older state than this guards too little.
    private static readonly TimeSpan FreshBackup = TimeSpan.FromHours(1);

    private readonly ActionRunner _actions = new(run, progress);

    /// <summary>Walks the path.</summary>
    /// <param name="pending">The steps that an earlier run paused at, after the stop that runs now.</param>
    /// <param name="cancellationToken">Cancelling goes back to the last completed stop.</param>
    /// <exception cref="UpgradeException">What fails before the first stop: nothing has been touched then.</exception>
    public async Task<UpgradeResult> RunAsync(StepsAfter? pending, CancellationToken cancellationToken)
    {
        var paused = await PrepareAsync(RunPlan.Questions(run.Path, pending), RunPlan.Preparations(), cancellationToken).ConfigureAwait(false);
        return await WalkAsync(paused, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Goes on with a run that another process began: finishes it, or ends its way back.</summary>
    /// <param name="cancellationToken">Cancelling goes back to the last completed stop.</param>
    /// <exception cref="UpgradeException">What stands in the way of going on: the run is left as it was.</exception>
    public async Task<UpgradeResult> ResumeAsync(CancellationToken cancellationToken)
    {
        var document = run.Recorder.Document;
        if (document.Hop is { } record) run.TakeUpHop(record);
        if (document.Back is { } back)
        {
            await run.Recorder.BeginAsync(cancellationToken).ConfigureAwait(false);
            var begun = run.Hop is null ? [] : new HopResume(run).Begun();
            return await new WayBack(run, progress).GoAsync(back.ToFailure(), begun.LastOrDefault()?.Action, begun, back.Cancelled).ConfigureAwait(false);
        }

        if (run.Hop is { Touched: true })
        {
            var resume = new HopResume(run);
            var left = await resume.LeftAsync(cancellationToken).ConfigureAwait(false);
            await run.Recorder.BeginAsync(cancellationToken).ConfigureAwait(false);
            return await WalkAsync(await HopAsync(run.Hop.Index, left, resume.Begun(), cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }

        run.ForgetHop();
        await StartedAgain.SeeToAsync(run, cancellationToken).ConfigureAwait(false);
        var after = run.Done > 0 && IsOpen("StepsAfter", run.Path.Stops[run.Done - 1]) ? new StepsAfter(run.Path.Stops[run.Done - 1]) : null;
        var questions = RunPlan.Questions(run.Remaining, after).Where(question => run.Done == 0 || question is not StepsBefore).ToList();
        return await WalkAsync(await PrepareAsync(questions, await PreparationsAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    private async Task<UpgradeResult> WalkAsync(UpgradeResult? ended, CancellationToken cancellationToken)
    {
        while (ended is null && run.Done < run.Path.Stops.Count)
        {
            ended = await HopAsync(run.Done, null, [], cancellationToken).ConfigureAwait(false);
        }

        return ended ?? await SucceedAsync().ConfigureAwait(false);
    }

    private async Task<List<IUpgradeAction>> PreparationsAsync(CancellationToken cancellationToken)
    {
        var steps = run.Recorder.Document.Run.Steps;
        var proven = steps.LastOrDefault(step => step.Id == "Prove" && step.Status == UpgradeActionStatus.Done);
        var fresh = proven is not null && run.Recorder.Document.Run.Backup is { } backup && DateTimeOffset.UtcNow - backup.Created < FreshBackup && await IsWholeAsync(backup, cancellationToken).ConfigureAwait(false);
        return [.. RunPlan.Preparations().Where(action => action is FetchArtifacts ? IsOpen("Fetch", null) : !fresh)];
    }

    /// <summary>Whether a proven backup is what it was: while the run lay dead, its disk may have gone or its files have changed.</summary>
    private async Task<bool> IsWholeAsync(AppBackup backup, CancellationToken cancellationToken)
    {
        string why;
        try
        {
            var result = await run.Services.Backups.TestAsync(backup, null, checksumOnly: true, run.Operation, cancellationToken).ConfigureAwait(false);
            if (result.Valid) return true;
            why = string.Join(" ", result.Problems);
        }
        catch (UpgradeException failure)
        {
            why = failure.Message;
        }

        run.Operation.Warning($"The backup '{backup.Path}' is no longer what was proven, so another one is made. {why}");
        return false;
    }

    private bool IsOpen(string action, UpgradeStop? stop) =>
        !run.Recorder.Document.Run.Steps.Any(step => step.Id == action && step.Stop == stop?.To && step.Status is UpgradeActionStatus.Done or UpgradeActionStatus.Skipped);

    private async Task<UpgradeResult?> PrepareAsync(IReadOnlyList<IUpgradeAction> questions, IReadOnlyList<IUpgradeAction> preparations, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var question in questions)
            {
                var answer = await _actions.DoAsync(question, [], cancellationToken).ConfigureAwait(false);
                if (answer.PauseAt is { } step) return await PauseAsync(step).ConfigureAwait(false);
            }

            await run.Recorder.BeginAsync(cancellationToken).ConfigureAwait(false);
            if (run.Remaining.Stops.Count == 0) return null;
            foreach (var preparation in preparations)
            {
                await _actions.DoAsync(preparation, [], cancellationToken).ConfigureAwait(false);
            }

            return null;
        }
        catch (Exception raw)
        {
            var failure = KnownFailure.Of(raw);
            var cancelled = cancellationToken.IsCancellationRequested;

            // A run that is taken up again stays what it was until nothing stands in its way.
            if (!run.Recorder.Begun && run.Recorder.Document.Run.Resumed > 0) ExceptionDispatchInfo.Throw(failure);
            var ended = await EndUntouchedAsync(failure, cancelled).ConfigureAwait(false);
            if (cancelled) return ended;
            ExceptionDispatchInfo.Throw(failure);
            throw;
        }
    }

    private async Task<UpgradeResult?> HopAsync(int index, IReadOnlyList<IUpgradeAction>? left, List<BegunAction> begun, CancellationToken cancellationToken)
    {
        var stop = run.Path.Stops[index];
        try
        {
            if (left is null) run.BeginHop(index);
            run.Recorder.Serving = run.Recorder.GoingBack = false;
            foreach (var action in left ?? RunPlan.Hop(run.Path, index, run.Deployment.Spec))
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
        catch (Exception raw)
        {
            var failure = KnownFailure.Of(raw);
            var failed = begun.Count > 0 ? _actions.Last : null;
            if (!cancellationToken.IsCancellationRequested && new HopResume(run).LeftAfter(failure, failed) is { } again)
            {
                run.Operation.Warning(RunMessages.StartingOver(run, failure, failed));
                return await HopAsync(index, again, begun, cancellationToken).ConfigureAwait(false);
            }

            var back = new WayBack(run, progress);
            return await back.GoAsync(failure, failed, begun, cancellationToken.IsCancellationRequested).ConfigureAwait(false);
        }
    }

    private async Task CompleteHopAsync()
    {
        run.CompleteHop();
        run.Recorder.Change(record => record with { Reached = run.Reached, Deployment = run.Deployment.Deployment, Downtime = run.Downtime.Elapsed });
        await run.Recorder.SaveAsync(CancellationToken.None).ConfigureAwait(false);
        await DeploymentBook.SaveAsync(run.Services.Store, run.Deployment).ConfigureAwait(false);
        run.Operation.Verbose($"{run.AppName} {run.Reached} is healthy with all of its data.");
    }

    private async Task<UpgradeResult> SucceedAsync()
    {
        // One that died between a stop's completion and its note has not told the store.
        if (run.Recorder.Document.Run.Resumed > 0) await DeploymentBook.SaveAsync(run.Services.Store, run.Deployment).ConfigureAwait(false);
        return await run.Recorder.EndAsync(
            record => Ended(record, UpgradeOutcome.Succeeded) with { Message = RunMessages.Succeeded(run, record) },
            CancellationToken.None).ConfigureAwait(false);
    }

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
