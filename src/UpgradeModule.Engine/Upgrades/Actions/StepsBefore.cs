using UpgradeModule.Engine.Upgrades.Steps;

namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>Sees to the steps that must be done while the version before the stop still runs.</summary>
internal sealed class StepsBefore(UpgradeStop stop) : UpgradeActionBase("StepsBefore", $"See to the steps before {stop.To}", stop)
{
    /// <inheritdoc/>
    public override Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken) =>
        StepGate.PassAsync(run, Stop!.StepsBefore, cancellationToken);
}
