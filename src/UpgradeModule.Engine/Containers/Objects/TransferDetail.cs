using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>How far a layer is.</summary>
internal sealed record TransferDetail
{
    /// <summary>The bytes that are done; seconds where <see cref="Units"/> says so.</summary>
    [JsonPropertyName("current")]
    public long? Current { get; init; }

    /// <summary>The bytes in all.</summary>
    [JsonPropertyName("total")]
    public long? Total { get; init; }

    /// <summary>What is counted where it isn't bytes.</summary>
    [JsonPropertyName("units")]
    public string? Units { get; init; }
}
