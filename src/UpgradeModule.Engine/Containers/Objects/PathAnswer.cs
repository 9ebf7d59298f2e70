using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>What a header tells of a path in a container.</summary>
internal sealed record PathAnswer
{
    /// <summary>The last part of the path.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    /// <summary>The size in bytes.</summary>
    [JsonPropertyName("size")]
    public long Size { get; init; }

    /// <summary>Rights and kind, as the language Go numbers them.</summary>
    [JsonPropertyName("mode")]
    public long Mode { get; init; }

    /// <summary>When it was changed (RFC 3339).</summary>
    [JsonPropertyName("mtime")]
    public DateTimeOffset Modified { get; init; }

    /// <summary>Where a symbolic link points.</summary>
    [JsonPropertyName("linkTarget")]
    public string? LinkTarget { get; init; }
}
