using System.Text.Json;
using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>How a container is tied to its host. Limits and options that nobody here looks at (memory, CPU, security …) are kept in <see cref="Extra"/>, so a copy has them.</summary>
internal sealed record HostConfig
{
    /// <summary>Binds and named volumes in their short form: <c>SOURCE:PATH[:OPTIONS]</c>.</summary>
    public IReadOnlyList<string>? Binds { get; init; }

    /// <summary>Mounts in their long form (<c>--mount</c>).</summary>
    public IReadOnlyList<MountSpec>? Mounts { get; init; }

    /// <summary>Temporary file systems: path to options.</summary>
    public IReadOnlyDictionary<string, string>? Tmpfs { get; init; }

    /// <summary>Containers whose volumes it has too.</summary>
    public IReadOnlyList<string>? VolumesFrom { get; init; }

    /// <summary>The driver of volumes that are made for it.</summary>
    public string? VolumeDriver { get; init; }

    /// <summary>default, bridge, host, none, <c>container:ID</c> or a network's name. Podman says <c>bridge</c> for any network.</summary>
    public string? NetworkMode { get; init; }

    /// <summary>Published ports: <c>3000/tcp</c> to the addresses on the host.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?>? PortBindings { get; init; }

    /// <summary>Whether all exposed ports are published on free ones.</summary>
    public bool? PublishAllPorts { get; init; }

    /// <summary>When the engine starts it again by itself.</summary>
    public RestartPolicy? RestartPolicy { get; init; }

    /// <summary>Whether it is removed when it ends (<c>--rm</c>).</summary>
    public bool? AutoRemove { get; init; }

    /// <summary>Where its log goes.</summary>
    public LogConfig? LogConfig { get; init; }

    /// <summary>Limits of its processes.</summary>
    public IReadOnlyList<Ulimit>? Ulimits { get; init; }

    /// <summary>Links to other containers, of the default network.</summary>
    public IReadOnlyList<string>? Links { get; init; }

    /// <summary>Hosts that are added to its hosts file, <c>name:address</c> each.</summary>
    public IReadOnlyList<string>? ExtraHosts { get; init; }

    /// <summary>Memory in bytes; 0 for no limit.</summary>
    public long? Memory { get; init; }

    /// <summary>CPUs in thousand millionths; 0 for no limit.</summary>
    public long? NanoCpus { get; init; }

    /// <summary>Whether it has all rights on the host.</summary>
    public bool? Privileged { get; init; }

    /// <summary>Whether its file system can't be written.</summary>
    public bool? ReadonlyRootfs { get; init; }

    /// <summary>Whether a small init runs as its first process.</summary>
    public bool? Init { get; init; }

    /// <summary>What isn't modelled.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
