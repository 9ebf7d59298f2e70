using UpgradeModule.Engine.Deployments;

namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>Waits until the new version is ready, answers its deep probes and has migrated its database.</summary>
internal sealed class WaitHealthy(UpgradeStop stop) : UpgradeActionBase("Wait", $"Wait until {stop.To} is healthy", stop)
{
    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        var gate = new MigrationGate(run, Stop!);
        var request = new WaitRequest
        {
            Expected = Stop!.To,
            Timeout = run.Request.Timeout,
            LogSince = run.Hop!.StartedOn,
            Progress = gate.Applies ? gate.ProgressAsync : null,
            Gate = gate.Applies ? gate.ReasonAsync : null,
        };
        var service = await run.Services.Waiter.WaitAsync(run.Deployment, request, cancellationToken).ConfigureAwait(false);
        run.Downtime.Up();
        run.Recorder.Serving = true;
        return ActionResult.Done(service?.HealthDetail);
    }

    /// <inheritdoc/>
    public override async Task<bool?> ProbeAsync(RunContext run, CancellationToken cancellationToken)
    {
        var report = await run.Services.Prober.ProbeAsync(run.Deployment, Stop!.To, deep: true, cancellationToken).ConfigureAwait(false);
        return report.Health == AppHealth.Healthy;
    }
}
