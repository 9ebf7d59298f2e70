namespace UpgradeModule.Engine.Readiness;

/// <summary>What readiness is checked for.</summary>
public sealed record ReadinessRequest
{
    /// <summary>The path; the one to the newest release where empty.</summary>
    public UpgradePath? Path { get; init; }

    /// <summary>Where the backup will go.</summary>
    public string? BackupDestination { get; init; }

    /// <summary>The artifact or folder of artifacts that will be used.</summary>
    public string? ArtifactPath { get; init; }

    /// <summary>The mirror that artifacts will come from.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>The registry (<c>host[:port][/path]</c>) that images come from, in place of the definition's: a mirror.</summary>
    public string? Registry { get; init; }

    /// <summary>The ids of manual steps that the caller says are done.</summary>
    public IReadOnlyList<string> ConfirmedSteps { get; init; } = [];

    /// <summary>Whether no backup will be made.</summary>
    public bool SkipBackup { get; init; }

    /// <summary>Whether the caller holds the deployment's lock, so that it isn't taken for another run's.</summary>
    public bool HoldsLock { get; init; }
}
