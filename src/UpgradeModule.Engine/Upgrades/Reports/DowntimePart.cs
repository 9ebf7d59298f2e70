namespace UpgradeModule.Engine.Upgrades.Reports;

/// <summary>One part of the time in which an application can't be used.</summary>
internal sealed record DowntimePart
{
    // From the moment a stop is asked until a version is healthy again.
    private static readonly string[] s_down = ["Stop", "RollbackPoint", "Swap", "Migrate", "Start", "Wait"];

    /// <summary>The stop.</summary>
    public AppVersion? Stop { get; init; }

    /// <summary>The action.</summary>
    public string Action { get; init; } = "";

    /// <summary>What it does.</summary>
    public string Title { get; init; } = "";

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Whether an action is a part of the downtime.</summary>
    /// <param name="id">The action's name.</param>
    public static bool IsDown(string id) => s_down.Contains(id, StringComparer.Ordinal);

    /// <summary>Finds the parts.</summary>
    /// <param name="steps">What was done.</param>
    public static IReadOnlyList<DowntimePart> Of(IReadOnlyList<UpgradeAction> steps) =>
    [
        .. steps.Where(static step => IsDown(step.Id) && step.Duration is not null)
            .Select(static step => new DowntimePart { Stop = step.Stop, Action = step.Id, Title = step.Title, Duration = step.Duration!.Value }),
    ];
}
