using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>What a reference of a registry names.</summary>
internal sealed record DistributionDescriptor
{
    /// <summary>The digest; the newer spelling.</summary>
    [JsonPropertyName("digest")]
    public string? Digest { get; init; }
}
