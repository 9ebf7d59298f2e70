using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A platform of an image.</summary>
internal sealed record DistributionPlatform
{
    /// <summary>The processor.</summary>
    [JsonPropertyName("architecture")]
    public string? Architecture { get; init; }

    /// <summary>The operating system.</summary>
    [JsonPropertyName("os")]
    public string? Os { get; init; }

    /// <summary>The processor's variant.</summary>
    [JsonPropertyName("variant")]
    public string? Variant { get; init; }

    /// <summary>As one text: <c>linux/arm/v7</c>.</summary>
    public override string ToString() => string.Join('/', new[] { Os, Architecture, Variant }.Where(part => !string.IsNullOrEmpty(part)));
}
