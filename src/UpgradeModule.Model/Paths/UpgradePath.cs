namespace UpgradeModule;

/// <summary>The ordered stops from the running version to a target.</summary>
public sealed record UpgradePath : AppRecord
{
    /// <summary>The application's name.</summary>
    public string App { get; init; } = "";

    /// <summary>The edition at the end of the path.</summary>
    public string Edition { get; init; } = "";

    /// <summary>The version at the start.</summary>
    public AppVersion From { get; init; } = null!;

    /// <summary>The version at the end.</summary>
    public AppVersion To { get; init; } = null!;

    /// <summary>The stops in order; none where the target runs already.</summary>
    public IReadOnlyList<UpgradeStop> Stops { get; init; } = [];

    /// <summary>What a person should know: a withdrawn release that runs, a major out of support.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The deployment, where the path was asked for one.</summary>
    public AppDeployment? Deployment { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Stops.Count == 0 ? $"{App} {From}: up to date" : $"{App} {From} -> {string.Join(" -> ", Stops.Select(stop => stop.To.Text))}";
}
