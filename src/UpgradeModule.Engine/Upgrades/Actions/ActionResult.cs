using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.Actions;

/// <summary>What came of an action that didn't fail.</summary>
internal sealed record ActionResult
{
    /// <summary><c>Done</c> or <c>Skipped</c>; <c>Pending</c> where the run pauses for a person.</summary>
    public UpgradeActionStatus Status { get; init; } = UpgradeActionStatus.Done;

    /// <summary>What is to be known about it.</summary>
    public string? Message { get; init; }

    /// <summary>The states that it kept for the way back.</summary>
    public IReadOnlyList<ReturnPoint> Points { get; init; } = [];

    /// <summary>The step that a person has to do first.</summary>
    public UpgradeStep? PauseAt { get; init; }

    /// <summary>It is done.</summary>
    /// <param name="message">What is to be known.</param>
    /// <param name="points">What was kept.</param>
    public static ActionResult Done(string? message = null, params ReturnPoint[] points) => new() { Message = message, Points = points };

    /// <summary>It was not needed.</summary>
    /// <param name="message">Why.</param>
    public static ActionResult Skipped(string message) => new() { Status = UpgradeActionStatus.Skipped, Message = message };

    /// <summary>A person is needed.</summary>
    /// <param name="step">What for.</param>
    public static ActionResult Pause(UpgradeStep step) => new() { Status = UpgradeActionStatus.Pending, PauseAt = step, Message = $"Waits for the step '{step.Id}': {step.Title}" };
}
