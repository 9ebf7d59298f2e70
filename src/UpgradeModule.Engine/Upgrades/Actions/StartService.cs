using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>
/// Starts the new version, and with it its migration. Taking it back stops that version and then takes the database back: before the
/// artifact, so that a database that can't be taken back is never left to the old version.
/// </summary>
internal sealed class StartService(UpgradeStop stop) : UpgradeActionBase("Start", $"Start {stop.To}", stop)
{
    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        run.Hop!.StartedOn = DateTimeOffset.UtcNow;
        var service = await run.Host.StartAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
        return ActionResult.Done(service?.ProcessId is { } process ? $"process {process}" : null);
    }

    /// <inheritdoc/>
    public override async Task UndoAsync(RunContext run, CancellationToken cancellationToken)
    {
        var hop = run.Hop!;

        // A cancelled comparison finds the application healthy: from here on it can't be used again.
        run.Downtime.Down();
        var service = await run.Host.StopAsync(run.Deployment, grace: null, cancellationToken).ConfigureAwait(false);
        hop.LogPath = service?.LogPath ?? run.Deployment.Deployment.Settings.LogPath;
        if (hop.DatabasePoint is null) return;
        var database = await run.OpenDatabaseAsync(cancellationToken).ConfigureAwait(false);
        await using (database.ConfigureAwait(false))
        {
            var replaced = await database.RollbackAsync(hop.DatabasePoint, cancellationToken).ConfigureAwait(false);
            run.Recorder.Mark(hop.DatabasePoint, KeptPointUse.Live);
            hop.DatabaseIsBack = true;
            if (replaced is null) return;
            hop.ReplacedData = replaced with { Version = replaced.Version ?? Stop!.To };
            run.Recorder.Keep([hop.ReplacedData], Id, Stop!.Order);
        }
    }

    /// <inheritdoc/>
    public override async Task<bool?> ProbeAsync(RunContext run, CancellationToken cancellationToken)
    {
        var service = await run.Host.GetServiceAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
        return service.Status is AppServiceStatus.Running or AppServiceStatus.Starting;
    }
}
