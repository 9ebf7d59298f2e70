namespace UpgradeModule.Engine.Upgrades.MigrateDown;

/// <summary>Where to migrate down to, and how.</summary>
public sealed record MigrateDownRequest
{
    /// <summary>The older version: exact, a major or a pattern; the one before the last upgrade, else the newest of the major before, where empty.</summary>
    public string? To { get; init; }

    /// <summary>Where the backup goes.</summary>
    public string? BackupDestination { get; init; }

    /// <summary>A folder of artifacts, or where there is one version to go to, the artifact itself; what an upgrade kept, else fetched, where empty.</summary>
    public string? ArtifactPath { get; init; }

    /// <summary>The mirror that artifacts come from.</summary>
    public string? BaseUrl { get; init; }

    /// <summary>The registry (<c>host[:port][/path]</c>) that images come from, in place of the definition's: a mirror.</summary>
    public string? Registry { get; init; }

    /// <summary>How long each down-migration may take, and how long to wait for the application without a sign of progress; the definition's own where empty.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether versions of which the down-migration is known to fail, unknown lists of migrations and fallen invariants are passed over.</summary>
    public bool Force { get; init; }

    /// <summary>The request of the run.</summary>
    internal UpgradeRequest ToRun() => new()
    {
        BackupDestination = BackupDestination,
        ArtifactPath = ArtifactPath,
        BaseUrl = BaseUrl,
        Registry = Registry,
        Timeout = Timeout,
        Force = Force,
    };
}
