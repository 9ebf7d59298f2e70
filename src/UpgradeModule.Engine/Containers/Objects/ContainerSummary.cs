using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A container, as a list shows it.</summary>
internal sealed record ContainerSummary
{
    /// <summary>The full id.</summary>
    public string Id { get; init; } = "";

    /// <summary>Its names, with slashes before them.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>The image's reference; its id where the reference now names another image.</summary>
    public string? Image { get; init; }

    /// <summary>The image's id.</summary>
    public string? ImageID { get; init; }

    /// <summary>The command, as one text.</summary>
    [JsonIgnore]
    public string? Command { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>created, running, exited …</summary>
    public string? State { get; init; }

    /// <summary>What it does, in words.</summary>
    public string? Status { get; init; }

    /// <summary>The ports that it exposes and publishes, where it runs.</summary>
    public IReadOnlyList<PortSummary>? Ports { get; init; }

    /// <summary>Its ends in networks.</summary>
    public ContainerNetworkSettings? NetworkSettings { get; init; }

    /// <summary>The first name, without its slash.</summary>
    [JsonIgnore]
    public string PlainName => (Names is [var first, ..] ? first : "").TrimStart('/');
}
