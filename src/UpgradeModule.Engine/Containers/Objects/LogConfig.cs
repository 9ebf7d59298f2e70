namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>Where a container's log goes.</summary>
internal sealed record LogConfig
{
    /// <summary>The driver: json-file, local, journald, none …</summary>
    public string? Type { get; init; }

    /// <summary>Its options.</summary>
    public IReadOnlyDictionary<string, string>? Config { get; init; }
}
