using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Upgrades.Actions;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades.Undo;

/// <summary>Puts the data from before the run in its place. What is replaced is kept.</summary>
internal sealed class UndoData(UndoSource source) : UpgradeActionBase(Name, "Put the data from before the run back")
{
    /// <summary>Its name in the journal.</summary>
    public const string Name = "UndoData";

    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        var database = await run.OpenDatabaseAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            if (source.Data is { } point)
            {
                var replaced = await database.RollbackAsync(point, cancellationToken).ConfigureAwait(false);
                run.Recorder.Mark(point, KeptPointUse.Live);
                return replaced is null ? ActionResult.Done($"{point.Kind} {point.Location}") : ActionResult.Done($"{point.Kind} {point.Location}; what it replaced is {replaced.Location}", replaced with { Version = replaced.Version ?? run.Reached });
            }

            var backup = source.Backup!;
            var manifest = await BackupFolder.ReadManifestAsync(backup.Path, cancellationToken).ConfigureAwait(false);
            var outcome = await database.RestoreAsync(BackupFolder.Content(backup.Path, manifest), $"{run.Recorder.Document.Run.RunId}-undo{(source.IsAgain ? "-2" : "")}", run.Operation, cancellationToken).ConfigureAwait(false);
            return outcome.Previous.Location.Length == 0
                ? ActionResult.Done(backup.Path)
                : ActionResult.Done($"{backup.Path}; what it replaced is {outcome.Previous.Location}", outcome.Previous with { Version = outcome.Previous.Version ?? run.Reached });
        }
    }
}
