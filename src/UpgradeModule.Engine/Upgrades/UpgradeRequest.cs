namespace UpgradeModule.Engine.Upgrades;

/// <summary>What an upgrade run does.</summary>
public sealed record UpgradeRequest
{
    /// <summary>The path.</summary>
    public UpgradePath Path { get; init; } = new();

    /// <summary>Where the backup goes.</summary>
    public string? BackupDestination { get; init; }

    /// <summary>A folder of artifacts, or for a path of one stop the artifact itself; fetched where empty.</summary>
    public string? ArtifactPath { get; init; }

    /// <summary>The mirror that artifacts come from.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>The registry (<c>host[:port][/path]</c>) that images come from, in place of the definition's: a mirror.</summary>
    public string? Registry { get; init; }

    /// <summary>The SHA-256 of the artifact, for a path of one stop.</summary>
    public string? Sha256 { get; init; }

    /// <summary>How long to wait without a sign of progress.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Manual steps that the caller says are done, where no probe can tell.</summary>
    public IReadOnlyList<string> ConfirmedSteps { get; init; } = [];

    /// <summary>Whether warnings that ask for it and failed invariants are passed over.</summary>
    public bool Force { get; init; }
}
