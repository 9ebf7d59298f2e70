using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Upgrades.Actions;

namespace UpgradeModule.Engine.Upgrades.Undo;

/// <summary>Starts the version from before the run and waits until it is healthy.</summary>
internal sealed class UndoStart() : UpgradeActionBase(Name, "Start the version from before the run and wait until it is healthy")
{
    /// <summary>Its name in the journal.</summary>
    public const string Name = "UndoStart";

    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        var document = run.Recorder.Document;
        run.MoveTo(document.Run.From, document.FromEdition);
        await ServerDemand.CheckAsync(run, cancellationToken).ConfigureAwait(false);
        var started = DateTimeOffset.UtcNow;
        await run.Host.StartAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
        var request = new WaitRequest { Expected = document.Run.From, Timeout = run.Request.Timeout, LogSince = started };
        var service = await run.Services.Waiter.WaitAsync(run.Deployment, request, cancellationToken).ConfigureAwait(false);
        run.Downtime.Up();
        var now = await InvariantGuard.ReadAsync(run, cancellationToken).ConfigureAwait(false);
        run.Recorder.Change(record => record with { InvariantsAfter = now });
        return ActionResult.Done(service?.HealthDetail);
    }
}
