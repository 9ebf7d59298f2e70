using System.Text.Json;
using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A network.</summary>
internal sealed record NetworkInspect
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its id.</summary>
    public string Id { get; init; } = "";

    /// <summary>The driver: bridge, host, overlay …</summary>
    public string? Driver { get; init; }

    /// <summary>local, swarm …</summary>
    public string? Scope { get; init; }

    /// <summary>Whether it has no way out.</summary>
    public bool Internal { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>The containers in it that run, by their ids.</summary>
    public IReadOnlyDictionary<string, NetworkMember>? Containers { get; init; }

    /// <summary>What isn't modelled.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
