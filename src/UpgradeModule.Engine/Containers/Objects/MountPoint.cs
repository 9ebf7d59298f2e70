using System.Text.Json;
using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>Something that is mounted in a container. Anonymous volumes of the image are seen only here.</summary>
internal sealed record MountPoint
{
    /// <summary>bind, volume, tmpfs, npipe.</summary>
    public string? Type { get; init; }

    /// <summary>The volume's name.</summary>
    public string? Name { get; init; }

    /// <summary>The path on the host.</summary>
    public string? Source { get; init; }

    /// <summary>The path inside.</summary>
    public string? Destination { get; init; }

    /// <summary>The volume's driver.</summary>
    public string? Driver { get; init; }

    /// <summary>Its options: <c>z</c>, <c>ro</c> …</summary>
    public string? Mode { get; init; }

    /// <summary>Whether it can be written.</summary>
    public bool RW { get; init; }

    /// <summary>How mounts beneath it propagate.</summary>
    public string? Propagation { get; init; }

    /// <summary>What isn't modelled.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
