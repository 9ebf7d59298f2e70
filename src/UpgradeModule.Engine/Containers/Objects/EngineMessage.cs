using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>What an engine says of a failure.</summary>
internal sealed record EngineMessage
{
    /// <summary>The words.</summary>
    [JsonPropertyName("message")]
    public string? Message { get; init; }
}
