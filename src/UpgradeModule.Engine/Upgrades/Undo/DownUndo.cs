using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades.Undo;

/// <summary>
/// Writes a run down as undone once the run that undoes it, by migrating down, has succeeded: by whoever undid it, or by whoever comes next where that
/// process was killed before.
/// </summary>
internal sealed class DownUndo(RunJournals journals)
{
    /// <summary>Writes it down where that is open.</summary>
    /// <param name="context">The deployment; its lock is held.</param>
    /// <param name="cancellationToken">Ends the work before it is written.</param>
    /// <returns>The run that is undone now; <see langword="null"/> where nothing was open.</returns>
    public async Task<UpgradeRun?> SettleAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var runs = await journals.ListAsync(context.Deployment, context.Operation, cancellationToken).ConfigureAwait(false);
        if (runs.Count == 0 || runs[0].Document is not { Undoes: { } order, Run: { Outcome: UpgradeOutcome.Succeeded, Undo: null } down }) return null;
        var (document, journal) = runs.FirstOrDefault(run => run.Document.Run.RunId == order.RunId);
        if (document is null || document.Run.Undo is { EndedOn: not null }) return null;
        var undone = document.Run with
        {
            Outcome = UpgradeOutcome.RolledBack,
            Reached = document.Run.From,
            Deployment = down.Deployment,
            Downtime = document.Run.Downtime + down.Downtime,
            Duration = document.Run.Duration + down.Duration,
            EndedOn = down.EndedOn ?? DateTimeOffset.UtcNow,
            Undo = new UpgradeUndo { Strategy = UndoStrategy.MigrateDown, Reason = order.Reason, StartedOn = down.StartedOn, EndedOn = down.EndedOn ?? DateTimeOffset.UtcNow, By = down.By },
            Message = $"The run {document.Run.RunId} was undone by migrating down, in the run {down.RunId}: {document.Run.From} runs again and is healthy, with what was written since. {order.Reason}",
        };
        var head = await journal.EndAsync(document with { Run = undone }, CancellationToken.None).ConfigureAwait(false);
        return undone with { HistoryHead = head };
    }
}
