using System.Text.Json;
using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A container's health check. Times are nanoseconds; 0 or nothing leaves them to the image or the engine.</summary>
internal sealed record HealthcheckConfig
{
    /// <summary>The test: <c>NONE</c>, or <c>CMD</c> or <c>CMD-SHELL</c> and the command.</summary>
    public IReadOnlyList<string>? Test { get; init; }

    /// <summary>Nanoseconds between two.</summary>
    public long? Interval { get; init; }

    /// <summary>Nanoseconds that one may take.</summary>
    public long? Timeout { get; init; }

    /// <summary>How many may fail in a row.</summary>
    public int? Retries { get; init; }

    /// <summary>Nanoseconds after the start in which failures don't count.</summary>
    public long? StartPeriod { get; init; }

    /// <summary>What isn't modelled.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
