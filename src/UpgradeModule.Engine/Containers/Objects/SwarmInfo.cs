namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>An engine's place in a swarm.</summary>
internal sealed record SwarmInfo
{
    /// <summary>inactive, pending, active, error, locked.</summary>
    public string? LocalNodeState { get; init; }

    /// <summary>Whether it is a manager.</summary>
    public bool ControlAvailable { get; init; }
}
