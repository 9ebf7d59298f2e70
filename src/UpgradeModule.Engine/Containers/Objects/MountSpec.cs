using System.Text.Json;
using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A mount in its long form, as a create request has it.</summary>
internal sealed record MountSpec
{
    /// <summary>bind, volume, tmpfs, npipe, cluster, image.</summary>
    public string? Type { get; init; }

    /// <summary>A path on the host, or a volume's name; none for an anonymous volume or a tmpfs.</summary>
    public string? Source { get; init; }

    /// <summary>The path inside.</summary>
    public string? Target { get; init; }

    /// <summary>Whether it can't be written.</summary>
    public bool? ReadOnly { get; init; }

    /// <summary>What isn't modelled: BindOptions, VolumeOptions, TmpfsOptions.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
