using UpgradeModule.Engine.Upgrades.Steps;

namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>Sees to the steps that must be done once the stop's version is healthy. The stop itself is completed by then.</summary>
/// <param name="stop">The stop.</param>
/// <param name="from">The step to go on from, where an earlier run paused at it.</param>
internal sealed class StepsAfter(UpgradeStop stop, string? from = null) : UpgradeActionBase("StepsAfter", $"See to the steps after {stop.To}", stop)
{
    /// <inheritdoc/>
    public override Task<ActionResult> DoAsync(RunContext run, CancellationToken cancellationToken) =>
        StepGate.PassAsync(run, [.. Stop!.StepsAfter.SkipWhile(step => from is not null && step.Id != from)], cancellationToken);
}
