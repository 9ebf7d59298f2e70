using System.Text.Json;
using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A volume.</summary>
internal sealed record VolumeInspect
{
    /// <summary>Its name; 64 hexadecimal digits for an anonymous one.</summary>
    public string Name { get; init; } = "";

    /// <summary>The driver.</summary>
    public string? Driver { get; init; }

    /// <summary>Where it lies on the engine's machine.</summary>
    public string? Mountpoint { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>The driver's options.</summary>
    public IReadOnlyDictionary<string, string>? Options { get; init; }

    /// <summary>local or global.</summary>
    public string? Scope { get; init; }

    /// <summary>What isn't modelled.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
