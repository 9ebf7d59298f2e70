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
        var stops = database.Engine == DatabaseEngine.H2 && !await IsStoppedAsync(run, cancellationToken).ConfigureAwait(false);
        AppBackup backup;
        try
        {
            if (stops) await StopAsync(run, cancellationToken).ConfigureAwait(false);
            backup = await run.Services.Backups.BackupAsync(run.Deployment, run.Request.BackupDestination, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // Whatever became of the backup, and whoever cancelled: it runs as it did before.
            if (stops) await StartAsync(run).ConfigureAwait(false);
        }

        run.Recorder.Change(record => record with { Backup = backup });
        return ActionResult.Done($"{backup.Path}: {backup.Tables} tables, {backup.Rows} rows");
    }

    private static async Task<bool> IsStoppedAsync(RunContext run, CancellationToken cancellationToken)
    {
        var service = await run.Host.GetServiceAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
        return service.Status is AppServiceStatus.Stopped or AppServiceStatus.Crashed;
    }

    private static async Task StopAsync(RunContext run, CancellationToken cancellationToken)
    {
        run.Operation.Verbose($"{run.AppName} is stopped for the time that its H2 file is copied.");
        run.Downtime.Down();
        await run.Host.StopAsync(run.Deployment, grace: null, cancellationToken).ConfigureAwait(false);
    }

    private static async Task StartAsync(RunContext run)
    {
        // A stop that was cut short may have sent its signal: what dies slowly must not be taken for what runs.
        if (!await IsStoppedAsync(run, CancellationToken.None).ConfigureAwait(false)) await FinishStopAsync(run).ConfigureAwait(false);
        var started = DateTimeOffset.UtcNow;
        if (await IsStoppedAsync(run, CancellationToken.None).ConfigureAwait(false)) await run.Host.StartAsync(run.Deployment, CancellationToken.None).ConfigureAwait(false);
        var request = new Deployments.WaitRequest { Expected = run.Reached, Timeout = run.Request.Timeout, LogSince = started };
        await run.Services.Waiter.WaitAsync(run.Deployment, request, CancellationToken.None).ConfigureAwait(false);
        run.Downtime.Up();
    }

    private static async Task FinishStopAsync(RunContext run)
    {
        try
        {
            await run.Host.StopAsync(run.Deployment, grace: null, CancellationToken.None).ConfigureAwait(false);
        }
        catch (UpgradeException failure)
        {
            run.Operation.Verbose($"The service did not stop ({failure.Message}); it is left running if it is healthy.");
        }
    }
}
