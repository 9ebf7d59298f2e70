using System.Text.Json;
using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A container, as <c>GET /containers/X/json</c> tells it. Names are the Engine API's; what isn't modelled is in <see cref="Extra"/>.</summary>
internal sealed record ContainerInspect
{
    /// <summary>The full id, 64 hexadecimal digits.</summary>
    public string Id { get; init; } = "";

    /// <summary>The name, with the slash that the engine puts before it; <see cref="PlainName"/> is without.</summary>
    public string? Name { get; init; }

    /// <summary>When it was made, as the engine writes it (RFC 3339).</summary>
    public string? Created { get; init; }

    /// <summary>The program that was started.</summary>
    public string? Path { get; init; }

    /// <summary>Its arguments.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>Whether it runs, and how it ended.</summary>
    public ContainerState? State { get; init; }

    /// <summary>The id of its image (<c>sha256:…</c>); the reference that was asked for is in <see cref="Config"/>.</summary>
    public string? Image { get; init; }

    /// <summary>How often the engine restarted it by itself.</summary>
    public int RestartCount { get; init; }

    /// <summary>Its operating system: linux, windows.</summary>
    public string? Platform { get; init; }

    /// <summary>The storage driver.</summary>
    public string? Driver { get; init; }

    /// <summary>What runs: the image's configuration and what the user gave besides, merged.</summary>
    public ContainerConfig? Config { get; init; }

    /// <summary>How it is tied to the host.</summary>
    public HostConfig? HostConfig { get; init; }

    /// <summary>All that is mounted, anonymous volumes too.</summary>
    public IReadOnlyList<MountPoint>? Mounts { get; init; }

    /// <summary>Its networks and published ports, as they are now.</summary>
    public ContainerNetworkSettings? NetworkSettings { get; init; }

    /// <summary>The exec instances that run in it.</summary>
    public IReadOnlyList<string>? ExecIDs { get; init; }

    /// <summary>What isn't modelled.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }

    /// <summary>The name without the slash.</summary>
    [JsonIgnore]
    public string PlainName => (Name ?? "").TrimStart('/');
}
