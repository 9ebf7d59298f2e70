using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Journal;
using UpgradeModule.Engine.Upgrades.MigrateDown;

namespace UpgradeModule.Engine.Upgrades.Undo;

/// <summary>Works out what the undo of a run would do. Nothing is changed.</summary>
internal sealed class UndoPlanner(UpgradeServices services, RunJournals journals)
{
    /// <summary>Works it out.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">Which run, and how.</param>
    /// <param name="holdsLock">Whether the deployment's lock is held.</param>
    /// <param name="counts">Whether newer rows are counted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>RunNotFound</c>, <c>RunNotEnded</c>, <c>RunSuperseded</c>, <c>UndoImpossible</c>, <c>UndoVersionChanged</c>, <c>UndoStrategyUnavailable</c>, and what planning a migration down throws.</exception>
    public async Task<(UndoPlan Plan, UndoSource? Source, RunDocument Document, IUpgradeJournal Journal)> PlanAsync(DeploymentContext context, UndoRequest request, bool holdsLock, bool counts, CancellationToken cancellationToken)
    {
        var (document, journal, newer) = await journals.FindAsync(context, request.RunId, cancellationToken).ConfigureAwait(false);
        var plan = new UndoPlan { Run = RunState.Shown(document), Reason = "It goes back to the data from before the run." };
        if (Nothing(document) is { } nothing) return (plan with { Nothing = nothing }, null, document, journal);
        Check(document, newer, holdsLock);
        if (await DownAsync(context, request, document, plan, cancellationToken).ConfigureAwait(false) is { } down)
        {
            if (down.Strategy == UndoStrategy.MigrateDown) return (down, null, document, journal);
            plan = down;
        }

        var source = UndoSource.Of(document, context.Deployment.Database is not null);
        await CheckVersionAsync(context, document, request.Force, cancellationToken).ConfigureAwait(false);
        plan = plan with { Source = source.Told };
        if (!counts || plan.Source is null) return (plan with { LossKnown = plan.Source is null }, source, document, journal);
        var lost = await UndoLoss.CountAsync(services, context, source, cancellationToken).ConfigureAwait(false);
        return (plan with { LossKnown = lost is not null, Lost = lost ?? [] }, source, document, journal);
    }

    /// <summary>Whether it migrates down: where that was asked for, or where it is judged best. Half a run has no version that could.</summary>
    private async Task<UndoPlan?> DownAsync(DeploymentContext context, UndoRequest request, RunDocument document, UndoPlan plan, CancellationToken cancellationToken)
    {
        var can = !RunState.IsHalfWay(document) && document.Run is { Kind: UpgradeRunKind.Upgrade, Reached: not null, Outcome: UpgradeOutcome.Succeeded or UpgradeOutcome.Paused or UpgradeOutcome.RolledBack };
        if (request.Strategy == UndoStrategy.MigrateDown)
        {
            if (!can)
            {
                throw new UpgradeException(
                    "UndoStrategyUnavailable", UpgradeErrorCategory.InvalidOperation, document.Run.RunId,
                    $"The run {document.Run.RunId} of {context.Deployment.Name} can't be undone by migrating down: it left no version in place that could.",
                    "Undo it with -Strategy Restore.");
            }

            await CheckVersionAsync(context, document, request.Force, cancellationToken).ConfigureAwait(false);
            var path = await new MigrateDownService(services).PlanAsync(context, new MigrateDownRequest { To = document.Run.From.Text, Force = request.Force }, cancellationToken).ConfigureAwait(false);
            return plan with { Strategy = UndoStrategy.MigrateDown, Reason = $"What was written since is kept{(path.Stops[0].Reason.Length > 0 ? "; " + path.Stops[0].Reason : "")}.", LossKnown = true };
        }

        if (request.Strategy != UndoStrategy.Auto || !can || context.Deployment.Database is null) return null;
        var judged = await new RollbackJudge(services).JudgeAsync(context, RollbackJudge.QuestionOf(document, document.Run.Reached!), cancellationToken).ConfigureAwait(false);
        if (judged.Strategy != UndoStrategy.MigrateDown) return plan with { Reason = judged.Reason };
        await CheckVersionAsync(context, document, request.Force, cancellationToken).ConfigureAwait(false);
        return plan with { Strategy = UndoStrategy.MigrateDown, Reason = judged.Reason, LossKnown = true };
    }

    private static string? Nothing(RunDocument document)
    {
        var run = document.Run;
        var name = $"The run {run.RunId} of {run.Deployment.Name}";
        if (run.Undo is { EndedOn: { } ended }) return $"{name} was undone already, on {ended:u} by {run.Undo.By}; {run.From} runs since.";
        if (RunState.IsHalfWay(document) || document.CompletedStops > 0) return null;
        return run.Outcome switch
        {
            UpgradeOutcome.Succeeded => $"{name} changed nothing.",
            UpgradeOutcome.RolledBack => $"{name} was taken back when it ended: {run.Reached} runs since.",
            UpgradeOutcome.Failed => null,
            _ => $"{name} has touched nothing yet: {run.From} is in place.",
        };
    }

    private static void Check(RunDocument document, IReadOnlyList<RunDocument> newer, bool holdsLock)
    {
        var run = document.Run;
        if (newer.FirstOrDefault(RunResume.Changed) is { } later)
        {
            throw new UpgradeException(
                "RunSuperseded", UpgradeErrorCategory.InvalidOperation, run.RunId,
                $"The run {run.RunId} of {run.Deployment.Name} can't be undone as long as the run {later.Run.RunId} that came after it holds.",
                $"Undo that one first: Undo-UpgradeRun {later.Run.RunId}.");
        }

        if (run.Outcome is null && !RunState.IsInterrupted(document, holdsLock))
        {
            throw new UpgradeException(
                "RunNotEnded", UpgradeErrorCategory.ResourceBusy, run.RunId,
                $"The run {run.RunId} of {run.Deployment.Name} is under way, in the process {document.Holder?.ProcessId} of {document.Holder?.User} on {document.Holder?.Machine}.",
                "Wait until it has ended, or stop it there with Ctrl+C: then it goes back by itself.");
        }
    }

    // Another version than the run left was put there by somebody since: that is not this run's to take away.
    private async Task CheckVersionAsync(DeploymentContext context, RunDocument document, bool force, CancellationToken cancellationToken)
    {
        if (force || RunState.IsHalfWay(document) || document.Run.Reached is not { } reached) return;
        var installed = await services.Hosts(context.Deployment.HostKind).ReadInstalledVersionAsync(context, cancellationToken).ConfigureAwait(false);
        if (installed is null || installed == reached) return;
        throw new UpgradeException(
            "UndoVersionChanged", UpgradeErrorCategory.InvalidOperation, context.Deployment.Name,
            $"The run {document.Run.RunId} left {reached} in place, and {installed} is installed now.",
            "With -Force it is undone all the same.");
    }
}
