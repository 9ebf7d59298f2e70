namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>When the engine starts a container again by itself.</summary>
internal sealed record RestartPolicy
{
    /// <summary>no (or empty), always, unless-stopped, on-failure.</summary>
    public string? Name { get; init; }

    /// <summary>How often at most, of <c>on-failure</c>; 0 for no limit.</summary>
    public int? MaximumRetryCount { get; init; }
}
