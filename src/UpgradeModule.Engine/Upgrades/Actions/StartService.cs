namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>
/// Starts the new version, and with it its migration. Taking it back stops that version and then takes the database back: before the
/// artifact, so that a database that can't be taken back is never left to the old version.
/// </summary>
internal sealed class StartService(UpgradeStop stop) : UpgradeActionBase("Start", $"Start {stop.To}", stop)
{
    /// <inheritdoc/>
    public override void Prepare(RunContext run)
    {
        // One that runs already, after a resume, has been writing its log since then.
        run.Hop!.StartedOn ??= DateTimeOffset.UtcNow;
        run.Hop.DataTouched = true;
    }

    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        // What its host starts again and again, as one whose database came up after it, is taken for a crash loop by who waits for it: it gets a start of its own.
        var present = await run.Host.GetServiceAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
        if (present is { Status: AppServiceStatus.Restarting }) await run.Host.StopAsync(run.Deployment, grace: null, cancellationToken).ConfigureAwait(false);
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
        await DataWayBack.GoAsync(run, Id, Stop!, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<bool?> ProbeAsync(RunContext run, CancellationToken cancellationToken)
    {
        var service = await run.Host.GetServiceAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
        return service.Status is AppServiceStatus.Running or AppServiceStatus.Starting;
    }
}
