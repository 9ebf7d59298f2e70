namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>What a container's own health check says.</summary>
internal sealed record ContainerHealth
{
    /// <summary>none, starting, healthy, unhealthy. Podman without systemd leaves it at <c>starting</c> for ever.</summary>
    public string? Status { get; init; }

    /// <summary>How often in a row it failed.</summary>
    public int FailingStreak { get; init; }

    /// <summary>The last few answers.</summary>
    public IReadOnlyList<HealthLogEntry>? Log { get; init; }
}
