namespace UpgradeModule.Engine.Upgrades.Rehearsal;

/// <summary>What is rehearsed, and how.</summary>
public sealed record RehearsalRequest
{
    /// <summary>The path; one without a target is worked out.</summary>
    public UpgradePath Path { get; init; } = new();

    /// <summary>The backup that the clone is made of; where <see langword="null"/>, the newest proven one of the present version, else one that is made and proven.</summary>
    public AppBackup? Backup { get; init; }

    /// <summary>Where a backup goes that has to be made.</summary>
    public string? BackupDestination { get; init; }

    /// <summary>A folder of artifacts, or for a path of one stop the artifact itself; fetched where empty.</summary>
    public string? ArtifactPath { get; init; }

    /// <summary>The mirror that artifacts come from.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>The registry that images come from.</summary>
    public string? Registry { get; init; }

    /// <summary>The SHA-256 of the artifact, for a path of one stop.</summary>
    public string? Sha256 { get; init; }

    /// <summary>How long to wait without a sign of progress.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether a clone that reaches the network is better than none.</summary>
    public bool AllowOutbound { get; init; }
}
