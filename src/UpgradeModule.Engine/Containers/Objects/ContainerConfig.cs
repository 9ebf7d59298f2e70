using System.Text.Json;
using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>
/// What a container runs. In an inspect of a container it is the image's configuration and the user's, merged; in an inspect of an image it is the
/// image's alone. Whatever is <see langword="null"/> is left to the image when a container is made.
/// </summary>
internal sealed record ContainerConfig
{
    /// <summary>The host name inside; the first 12 characters of the id where the user gave none.</summary>
    public string? Hostname { get; init; }

    /// <summary>The domain name inside.</summary>
    public string? Domainname { get; init; }

    /// <summary>The user that runs it: a name or number, with a group after a colon.</summary>
    public string? User { get; init; }

    /// <summary>Whether standard input is attached.</summary>
    public bool? AttachStdin { get; init; }

    /// <summary>Whether standard output is attached.</summary>
    public bool? AttachStdout { get; init; }

    /// <summary>Whether standard error is attached.</summary>
    public bool? AttachStderr { get; init; }

    /// <summary>The ports that it says it listens on (<c>3000/tcp</c>); the values are empty objects.</summary>
    public IReadOnlyDictionary<string, JsonElement>? ExposedPorts { get; init; }

    /// <summary>Whether it has a terminal: its log is one stream then, without frames.</summary>
    public bool? Tty { get; init; }

    /// <summary>Whether standard input stays open.</summary>
    public bool? OpenStdin { get; init; }

    /// <summary>Whether standard input is closed after the first client.</summary>
    public bool? StdinOnce { get; init; }

    /// <summary>The environment, <c>NAME=value</c> each. Values may be secrets.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>The command, or the arguments of the entry point.</summary>
    public IReadOnlyList<string>? Cmd { get; init; }

    /// <summary>The health check.</summary>
    public HealthcheckConfig? Healthcheck { get; init; }

    /// <summary>The image's reference, as it was asked for.</summary>
    public string? Image { get; init; }

    /// <summary>The paths inside that are volumes; the values are empty objects.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Volumes { get; init; }

    /// <summary>The working directory.</summary>
    public string? WorkingDir { get; init; }

    /// <summary>The entry point.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>Whether it has no network at all.</summary>
    public bool? NetworkDisabled { get; init; }

    /// <summary>The hardware address; of old engines. Where it is set and the API is 1.44 or newer, it is handed to the network instead.</summary>
    public string? MacAddress { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>The signal that stops it; SIGTERM where there is none.</summary>
    public string? StopSignal { get; init; }

    /// <summary>How many seconds a graceful stop may take; 10 where there is none.</summary>
    public int? StopTimeout { get; init; }

    /// <summary>The shell of commands in shell form.</summary>
    public IReadOnlyList<string>? Shell { get; init; }

    /// <summary>What isn't modelled.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
