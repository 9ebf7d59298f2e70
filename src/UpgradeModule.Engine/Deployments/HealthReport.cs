namespace UpgradeModule.Engine.Deployments;

/// <summary>What an application answered.</summary>
public sealed record HealthReport
{
    /// <summary>The answer in one word.</summary>
    public AppHealth Health { get; init; }

    /// <summary>The answer in a few words.</summary>
    public string? Detail { get; init; }

    /// <summary>How far its migration is, from 0 to 1, where it tells.</summary>
    public double? Progress { get; init; }

    /// <summary>The version that it says it is.</summary>
    public AppVersion? Version { get; init; }
}
