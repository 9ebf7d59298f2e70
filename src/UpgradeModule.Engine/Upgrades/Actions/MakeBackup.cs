namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>
/// Makes the backup that guards the run, while the application goes on. An H2 file is copied only while nobody has it open: for that the application is
/// stopped and, once it is copied, started again, so that it can be used while the backup is proven, and nothing is left stopped where it isn't.
/// </summary>
internal sealed class MakeBackup() : UpgradeActionBase("Backup", "Back up the data")
{
    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        if (run.Deployment.Deployment.Database is not { } database) return ActionResult.Skipped("The application has no database.");
        var stopped = database.Engine == DatabaseEngine.H2 && await StopAsync(run, cancellationToken).ConfigureAwait(false);
        AppBackup backup;
        try
        {
            backup = await run.Services.Backups.BackupAsync(run.Deployment, run.Request.BackupDestination, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Whatever became of the backup, and whoever cancelled: it runs as it did before.
            if (stopped) await StartAsync(run).ConfigureAwait(false);
        }

        run.Recorder.Change(record => record with { Backup = backup });
        return ActionResult.Done($"{backup.Path}: {backup.Tables} tables, {backup.Rows} rows");
    }

    private static async Task<bool> StopAsync(RunContext run, CancellationToken cancellationToken)
    {
        var service = await run.Host.GetServiceAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
        if (service.Status is AppServiceStatus.Stopped or AppServiceStatus.Crashed) return false;
        run.Operation.Verbose($"{run.AppName} is stopped for the time that its H2 file is copied.");
        run.Downtime.Down();
        await run.Host.StopAsync(run.Deployment, grace: null, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static async Task StartAsync(RunContext run)
    {
        var started = DateTimeOffset.UtcNow;
        await run.Host.StartAsync(run.Deployment, CancellationToken.None).ConfigureAwait(false);
        var request = new Deployments.WaitRequest { Expected = run.Reached, Timeout = run.Request.Timeout, LogSince = started };
        await run.Services.Waiter.WaitAsync(run.Deployment, request, CancellationToken.None).ConfigureAwait(false);
        run.Downtime.Up();
    }
}
