namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>Makes the backup that guards the run, while the application goes on.</summary>
internal sealed class MakeBackup() : UpgradeActionBase("Backup", "Back up the data")
{
    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (!run.HasDatabase) return ActionResult.Skipped("The application has no database.");
        var backup = await run.Services.Backups.BackupAsync(run.Deployment, run.Request.BackupDestination, cancellationToken).ConfigureAwait(false);
        run.Recorder.Change(record => record with { Backup = backup });
        if (run.Done == 0) run.Recorder.ChangeDocument(document => document with { FirstBackup = backup });
        return ActionResult.Done($"{backup.Path}: {backup.Tables} tables, {backup.Rows} rows");
    }
}
