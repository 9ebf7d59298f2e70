namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>Restores the backup beside and compares every table: the gate before anything is touched.</summary>
internal sealed class ProveBackup() : UpgradeActionBase("Prove", "Prove that the backup can be restored")
{
    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (run.Recorder.Document.Run.Backup is not { } backup) return ActionResult.Skipped("There is no backup to prove.");
        var result = await TestAsync(run, backup, cancellationToken).ConfigureAwait(false);
        if (!result.Valid)
        {
            throw new UpgradeException(
                "BackupNotProven", UpgradeErrorCategory.InvalidData, backup.Path,
                $"The backup '{backup.Path}' could not be proven, so the {run.Deed} did not begin; nothing was touched. {string.Join(" ", result.Problems)}",
                $"Mend what is named and run the {run.Deed} again; it makes a new backup.");
        }

        var proven = backup with { ProvenOn = result.ProvenOn ?? result.Backup.ProvenOn ?? DateTimeOffset.UtcNow };
        run.Recorder.Change(record => record with { Backup = proven });
        if (run.Done == 0) run.Recorder.ChangeDocument(document => document with { FirstBackup = proven });
        return ActionResult.Done($"{result.TablesCompared} tables and {result.RowsCompared} rows compared in {result.RestoredTo}");
    }

    private static async Task<BackupTestResult> TestAsync(RunContext run, AppBackup backup, CancellationToken cancellationToken)
    {
        try
        {
            return await run.Services.Backups.TestAsync(backup, run.Deployment, checksumOnly: false, run.Operation, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure) when (failure.ErrorId == "ScratchUnavailable")
        {
            // What helps who only tests a backup (-ChecksumOnly) is no way for a run, which needs the proof.
            throw new UpgradeException(
                "BackupNotProven", failure.Category, backup.Path, $"The backup '{backup.Path}' could not be proven, so the {run.Deed} did not begin; nothing was touched. {failure.Message}",
                $"Give what is missing and run the {run.Deed} again; it makes a new backup.", failure);
        }
    }
}
