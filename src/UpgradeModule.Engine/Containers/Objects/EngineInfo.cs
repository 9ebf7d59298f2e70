using System.Text.Json;
using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>What an engine tells of itself and its machine.</summary>
internal sealed record EngineInfo
{
    /// <summary>The engine's id; the same for every address of one engine.</summary>
    public string? ID { get; init; }

    /// <summary>The machine's name.</summary>
    public string? Name { get; init; }

    /// <summary>The engine's version.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>linux or windows.</summary>
    public string? OSType { get; init; }

    /// <summary>The machine's processor, as the kernel says: x86_64, aarch64.</summary>
    public string? Architecture { get; init; }

    /// <summary>The folder on the engine's machine where images and containers lie.</summary>
    public string? DockerRootDir { get; init; }

    /// <summary>Whether containers outlive a restart of the engine.</summary>
    public bool LiveRestoreEnabled { get; init; }

    /// <summary>Security options: <c>name=rootless</c> …</summary>
    public IReadOnlyList<string>? SecurityOptions { get; init; }

    /// <summary>The swarm that it is part of, if any.</summary>
    public SwarmInfo? Swarm { get; init; }

    /// <summary>What isn't modelled.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
