using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A line of what an engine tells while it pulls, pushes or loads.</summary>
internal sealed record TransferMessage
{
    /// <summary>What it does.</summary>
    [JsonPropertyName("status")]
    public string? Status { get; init; }

    /// <summary>The layer, or the tag.</summary>
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    /// <summary>Words of it.</summary>
    [JsonPropertyName("stream")]
    public string? Stream { get; init; }

    /// <summary>How far it is.</summary>
    [JsonPropertyName("progressDetail")]
    public TransferDetail? Detail { get; init; }

    /// <summary>Why it failed: the answer's status is 200 all the same.</summary>
    [JsonPropertyName("error")]
    public string? Error { get; init; }
}
