using UpgradeModule.Engine.Upgrades.Actions;

namespace UpgradeModule.Engine.Upgrades.Undo;

/// <summary>Stops what runs, and ends what is left of commands.</summary>
internal sealed class UndoStop() : UpgradeActionBase("UndoStop", "Stop the application")
{
    /// <inheritdoc/>
    public override void Prepare(RunContext run) => run.Downtime.Down();

    /// <inheritdoc/>
    public override async Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken)
    {
        await run.Host.StopAsync(run.Deployment, grace: null, cancellationToken).ConfigureAwait(false);
        await run.Host.EndLeftCommandsAsync(run.Deployment, cancellationToken).ConfigureAwait(false);
        return ActionResult.Done();
    }
}
