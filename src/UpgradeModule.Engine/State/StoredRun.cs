namespace UpgradeModule.Engine.State;

/// <summary>A run as the store keeps it.</summary>
public sealed record StoredRun
{
    /// <summary>Its name.</summary>
    public string RunId { get; init; } = "";

    /// <summary>The deployment's name.</summary>
    public string Deployment { get; init; } = "";

    /// <summary>When it began, in UTC.</summary>
    public DateTimeOffset StartedOn { get; init; }

    /// <summary>How far it is, in a few words, for its entry in the history.</summary>
    public string State { get; init; } = "";

    /// <summary>The run's document.</summary>
    public string Json { get; init; } = "";
}
