using UpgradeModule.Engine.Deployments;

namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>Stops the version before. Taking it back starts that version again and waits until it is healthy with all of its data.</summary>
internal sealed class StopService(UpgradeStop stop) : UpgradeActionBase("Stop", $"Stop {stop.From}", stop)
{
    /// <inheritdoc/>
    public override void Prepare(RunContext run)
    {
        run.Hop!.Touched = true;
        run.Downtime.Down();
    }

    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        await run.Host.StopAsync(run.Deployment, grace: null, cancellationToken).ConfigureAwait(false);
        return ActionResult.Done();
    }

    /// <inheritdoc/>
    public override async Task UndoAsync(RunContext run, CancellationToken cancellationToken)
    {
        var hop = run.Hop!;
        run.MoveTo(Stop!.From, hop.Before.Deployment.Edition);
        await FinishStopAsync(run, cancellationToken).ConfigureAwait(false);
        await ServerDemand.CheckAsync(run, cancellationToken).ConfigureAwait(false);
        var started = DateTimeOffset.UtcNow;
        await run.Host.StartAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
        var request = new WaitRequest { Expected = Stop.From, Timeout = run.Request.Timeout, LogSince = started };
        await run.Services.Waiter.WaitAsync(run.Deployment, request, cancellationToken).ConfigureAwait(false);
        run.Downtime.Up();

        // Numbers from before the stop may have fallen until it, by what people deleted: they prove nothing here.
        if (hop.Baseline.Count == 0 || !hop.BaselineIsFinal) return;
        var now = await InvariantGuard.ReadAsync(run, cancellationToken).ConfigureAwait(false);
        var failures = InvariantGuard.Compare(run, hop.Baseline, now);
        if (failures.Count > 0)
        {
            throw new UpgradeException(
                "RollbackIncomplete", UpgradeErrorCategory.InvalidData, run.Deployment.Deployment.Name,
                $"{run.AppName} {Stop.From} runs again and is healthy, but not with all of its data: {string.Join("; ", failures)}.");
        }

        run.Recorder.Change(record => record with { InvariantsAfter = now });
    }

    /// <inheritdoc/>
    public override async Task<bool?> ProbeAsync(RunContext run, CancellationToken cancellationToken)
    {
        var service = await run.Host.GetServiceAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
        return service.Status is AppServiceStatus.Stopped or AppServiceStatus.Crashed;
    }

    // A stop that was cut short may have sent its signal: what dies slowly must not be taken for what runs.
    private static async Task FinishStopAsync(RunContext run, CancellationToken cancellationToken)
    {
        try
        {
            await run.Host.StopAsync(run.Deployment, grace: null, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure)
        {
            run.Operation.Verbose($"The service did not stop ({failure.Message}); it is left running if it is healthy.");
        }
    }
}
