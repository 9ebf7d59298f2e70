namespace UpgradeModule.Engine.Upgrades.MigrateDown;

/// <summary>What a way down is worked out of.</summary>
internal sealed record DownQuestion
{
    /// <summary>The version that is installed.</summary>
    public required AppVersion From { get; init; }

    /// <summary>The target as it was written; empty where none was.</summary>
    public string? To { get; init; }

    /// <summary>The version before the last upgrade, where a run tells it.</summary>
    public AppVersion? Before { get; init; }

    /// <summary>The edition.</summary>
    public required string Edition { get; init; }

    /// <summary>The migrations that are recorded, in the order in which they ran.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Lists of migrations that runs wrote down, by version.</summary>
    public required IReadOnlyDictionary<AppVersion, IReadOnlyList<string>> Recorded { get; init; }

    /// <summary>Whether what is known against a way, and what isn't known, is passed over.</summary>
    public bool Force { get; init; }

    /// <summary>The deployment.</summary>
    public AppDeployment? Deployment { get; init; }
}
