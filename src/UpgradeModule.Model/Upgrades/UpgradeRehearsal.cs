namespace UpgradeModule;

/// <summary>What came of an upgrade that was tried on a clone.</summary>
public sealed record UpgradeRehearsal : AppRecord
{
    /// <summary>The deployment, which was not touched.</summary>
    public AppDeployment Deployment { get; init; } = new();

    /// <summary>The path that was walked.</summary>
    public UpgradePath Path { get; init; } = new();

    /// <summary>Whether every stop became healthy with all of its data.</summary>
    public bool Healthy { get; init; }

    /// <summary>Its stops, up to the first that failed.</summary>
    public IReadOnlyList<RehearsedStop> Stops { get; init; } = [];

    /// <summary>How long the application will not be usable in the real run, all stops together; empty where a stop failed.</summary>
    public TimeSpan? PredictedDowntime { get; init; }

    /// <summary>The backup that the clone was made of.</summary>
    public AppBackup? Backup { get; init; }

    /// <summary>Where the clone's database was.</summary>
    public string? RestoredTo { get; init; }

    /// <summary>Whether the clone could reach nothing but its own database.</summary>
    public bool Isolated { get; init; }

    /// <summary>When it began, in UTC.</summary>
    public DateTimeOffset StartedOn { get; init; }

    /// <summary>How long it took in all.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What went wrong, of all stops and before the first one.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Who ran it: user and machine.</summary>
    public string By { get; init; } = "";

    /// <inheritdoc/>
    public override string ToString() => $"{Deployment.Name} {Path.From} -> {Path.To}: {(Healthy ? "healthy" : "not healthy")}";
}
