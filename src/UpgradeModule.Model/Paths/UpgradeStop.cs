namespace UpgradeModule;

/// <summary>One stop of an upgrade path: a version that must run and be healthy before the next.</summary>
public sealed record UpgradeStop : AppRecord
{
    /// <summary>Its place in the path, from 1.</summary>
    public int Order { get; init; }

    /// <summary>The version it is reached from.</summary>
    public AppVersion From { get; init; } = null!;

    /// <summary>The version that is installed.</summary>
    public AppVersion To { get; init; } = null!;

    /// <summary>On the way down: the versions between whose own artifacts migrate the database down, newest first. They are not started.</summary>
    public IReadOnlyList<AppVersion> Via { get; init; } = [];

    /// <summary>The edition that is installed.</summary>
    public string Edition { get; init; } = "";

    /// <summary>Why the path stops here.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What the version needs of the runtime and engines beneath it.</summary>
    public IReadOnlyList<RuntimeRequirement> Requirements { get; init; } = [];

    /// <summary>What is done at the version before, while it still runs.</summary>
    public IReadOnlyList<UpgradeStep> StepsBefore { get; init; } = [];

    /// <summary>What is done once this version is healthy.</summary>
    public IReadOnlyList<UpgradeStep> StepsAfter { get; init; } = [];

    /// <summary>The address of its release notes.</summary>
    public string? ReleaseNotes { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{To}";
}
