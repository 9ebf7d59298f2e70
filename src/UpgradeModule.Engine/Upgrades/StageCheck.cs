using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Journal;
using UpgradeModule.Engine.Upgrades.Undo;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>
/// Looks for a run that was cut short before something is done by hand. Most of that is harmless and only told; what the end of that run could not
/// see through, or would undo, is refused.
/// </summary>
internal sealed class StageCheck(RunJournals journals)
{
    private const string Between = "The backup may hold data between two versions.";

    /// <summary>Looks.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="stage">What is about to be done.</param>
    /// <param name="force">Whether it is done all the same.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>RunInterrupted</c>.</exception>
    public async Task CheckAsync(DeploymentContext context, Stage stage, bool force, CancellationToken cancellationToken)
    {
        if (await NewestAsync(context, cancellationToken).ConfigureAwait(false) is not { Run.Outcome: null } document) return;
        if (!RunState.IsInterrupted(document, holdsLock: false))
        {
            // All else waits for the deployment's lock. A backup takes none: it would hold up what is urgent, and leave the lock's folder behind.
            if (stage == Stage.Backup) context.Operation.Warning($"The run {document.Run.RunId} of {document.Run.Deployment.Name} is under way, as far as can be told from here. {Between}");
            return;
        }

        var told = RunState.Told(document);
        var harm = Harm(document, stage);
        if (harm is not null && !force)
        {
            throw new UpgradeException(
                "RunInterrupted", UpgradeErrorCategory.InvalidOperation, context.Deployment.Name,
                $"{told} {harm}",
                stage == Stage.Restore ? RunState.Remedy(document.Run) + " With -Force the data is replaced all the same." : RunState.Remedy(document.Run));
        }

        context.Operation.Warning(harm is null && stage == Stage.Backup && RunState.IsHalfWay(document) ? $"{told} {Between}" : told);
    }

    // Whoever mends things by hand may have a journal that can't be read among what is broken.
    private async Task<RunDocument?> NewestAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        try
        {
            var runs = await journals.ListAsync(context.Deployment, context.Operation, cancellationToken).ConfigureAwait(false);
            return runs.Count > 0 ? runs[0].Document : null;
        }
        catch (Exception failure) when (failure is UpgradeException or IOException or UnauthorizedAccessException)
        {
            context.Operation.Verbose($"Whether a run was cut short could not be found out: {failure.Message}");
            return null;
        }
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
}
