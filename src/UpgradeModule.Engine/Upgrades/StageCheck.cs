using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Journal;
using UpgradeModule.Engine.Upgrades.Undo;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>
/// Looks for a run that was cut short before something is done by hand. Most of that is harmless and only told; what the end of that run could not
/// see through, or would undo, is refused.
/// </summary>
internal sealed class StageCheck(UpgradeServices services, RunJournals journals)
{
    /// <summary>Looks.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="stage">What is about to be done.</param>
    /// <param name="force">Whether it is done all the same.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>RunInterrupted</c>, <c>DeploymentLocked</c>.</exception>
    public async Task CheckAsync(DeploymentContext context, Stage stage, bool force, CancellationToken cancellationToken)
    {
        if (stage == Stage.Backup) await DemandFreeAsync(context, cancellationToken).ConfigureAwait(false);
        var runs = await journals.ListAsync(context.Deployment, context.Operation, cancellationToken).ConfigureAwait(false);
        if (runs.Count == 0 || !RunState.IsInterrupted(runs[0].Document, holdsLock: false)) return;
        var document = runs[0].Document;
        var told = RunState.Told(document);
        var harm = Harm(document, stage);
        if (harm is not null && !force)
        {
            throw new UpgradeException(
                "RunInterrupted", UpgradeErrorCategory.InvalidOperation, context.Deployment.Name,
                $"{told} {harm}",
                stage == Stage.Restore ? RunState.Remedy(document.Run) + " With -Force the data is replaced all the same." : RunState.Remedy(document.Run));
        }

        context.Operation.Warning(harm is null && stage == Stage.Backup && RunState.IsHalfWay(document) ? $"{told} The backup may hold data between two versions." : told);
    }

    private static string? Harm(RunDocument document, Stage stage) => stage switch
    {
        Stage.Start when IsBetweenDataAndVersion(document) => "Started now, one version would change the data of the other: only one of the two is back yet.",
        Stage.Start when IsMigrating(document) => "Its migration was cut short, and is done again on the data from before it: what would be written now would be lost.",
        Stage.Swap when RunState.IsHalfWay(document) => "Swapped now, the run could no longer tell which version is whose.",
        Stage.Restore when RunState.IsHalfWay(document) => "Data that is put in the place now would be migrated, or replaced, by whoever ends that run.",
        _ => null,
    };

    private static bool IsBetweenDataAndVersion(RunDocument document)
    {
        if (document is { Back: not null, Hop: { DataTouched: true, ArtifactIsBack: false } }) return true;
        var steps = document.Run.Steps;
        return RunState.IsUndoing(document) && steps.Any(static step => step.Id is UndoData.Name or UndoVersion.Name) && !steps.Any(static step => step.Id == UndoStart.Name);
    }

    private static bool IsMigrating(RunDocument document) =>
        document is { Back: null, Hop: { } hop } && document.Run.Steps.Skip(hop.FirstEntry).Any(static step => step is { Id: "Migrate" or "MigrateDown", Status: UpgradeActionStatus.Started });

    // A backup holds no lock, so that it doesn't hold up what is urgent; but the data of an upgrade that is under way is no state to be kept.
    private async Task DemandFreeAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        try
        {
            var taken = await services.Hosts(context.Deployment.HostKind).LockAsync(context, "a look before a backup", cancellationToken).ConfigureAwait(false);
            await taken.DisposeAsync().ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId != "DeploymentLocked")
        {
            // Whoever may back up need not be allowed to upgrade.
            context.Operation.Verbose($"Whether an upgrade is under way could not be found out: {failure.Message}");
        }
    }
}
