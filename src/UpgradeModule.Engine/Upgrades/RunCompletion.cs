using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>Drops what an ended run kept for the way back. A state that the application lives on is never among it.</summary>
internal sealed class RunCompletion(UpgradeServices services, RunJournals journals)
{
    /// <summary>Drops it.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Ends the work; what was dropped until then is written down.</param>
    /// <exception cref="UpgradeException"><c>RunNotFound</c>, <c>RunNotEnded</c>, <c>RunFailed</c>, <c>DeploymentLocked</c>.</exception>
    public async Task<UpgradeRun> CompleteAsync(DeploymentContext context, string runId, CancellationToken cancellationToken)
    {
        var (document, journal, _) = await journals.FindAsync(context, runId, cancellationToken).ConfigureAwait(false);
        if (document.Run.Completed) return document.Run with { HistoryHead = await journal.ReadHeadAsync(cancellationToken).ConfigureAwait(false) };
        Check(document.Run);
        var host = services.Hosts(context.Deployment.HostKind);
        var taken = await host.LockAsync(context, $"completing the run {runId}", cancellationToken).ConfigureAwait(false);
        await using (taken.ConfigureAwait(false))
        {
            foreach (var kept in document.Points.Where(point => point.Use == KeptPointUse.Kept).ToList())
            {
                await DropAsync(context, kept.Point, cancellationToken).ConfigureAwait(false);
                context.Operation.Verbose($"Dropped: {kept.Point.Kind} {kept.Point.Location}");
                document = Dropped(document, kept);
                await journal.EndAsync(document, CancellationToken.None).ConfigureAwait(false);
            }

            document = document with { Hop = null, Run = document.Run with { Completed = true } };
            var head = await journal.EndAsync(document, CancellationToken.None).ConfigureAwait(false);
            return document.Run with { HistoryHead = head };
        }
    }

    private static void Check(UpgradeRun run)
    {
        switch (run.Outcome)
        {
            case null or UpgradeOutcome.Interrupted:
                throw new UpgradeException(
                    "RunNotEnded", UpgradeErrorCategory.InvalidOperation, run.RunId,
                    $"The run {run.RunId} of {run.Deployment.Name} has not ended, so what it keeps may be the only way back.",
                    "Complete it when it has ended: Resume-UpgradeRun finishes it, Undo-UpgradeRun takes it back.");
            case UpgradeOutcome.Failed:
                throw new UpgradeException(
                    "RunFailed", UpgradeErrorCategory.InvalidOperation, run.RunId,
                    $"The way back of the run {run.RunId} failed, so {run.Deployment.Name} still needs what was kept: {string.Join(", ", run.Kept)}.",
                    "Mend what stands in the way and go on with Resume-UpgradeRun, or take the whole run back with Undo-UpgradeRun; or get the application back as the run's Error tells, and remove by hand what is no longer needed.");
            default:
                return;
        }
    }

    private static RunDocument Dropped(RunDocument document, KeptPoint kept)
    {
        IReadOnlyList<KeptPoint> points = [.. document.Points.Select(point => point == kept ? point with { Use = KeptPointUse.Dropped } : point)];
        return document with
        {
            Points = points,
            Run = document.Run with { Kept = [.. points.Where(point => point.Use != KeptPointUse.Live).Select(point => point.ToItem())] },
        };
    }

    private async Task DropAsync(DeploymentContext context, ReturnPoint point, CancellationToken cancellationToken)
    {
        if (!point.Kind.StartsWith("Database", StringComparison.Ordinal))
        {
            await services.Hosts(context.Deployment.HostKind).DropAsync(context, point, cancellationToken).ConfigureAwait(false);
            return;
        }

        var database = await services.OpenDatabase(context, cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            await database.DropAsync(point, cancellationToken).ConfigureAwait(false);
        }
    }
}
