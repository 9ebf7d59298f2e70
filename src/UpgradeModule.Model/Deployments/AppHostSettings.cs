namespace UpgradeModule;

/// <summary>How a deployment is run. Secrets are not in it: the environment is named by files and references.</summary>
public sealed record AppHostSettings : AppRecord
{
    /// <summary>The program to run, for host kind <c>Process</c>: a full path or a name on the PATH.</summary>
    public string? Command { get; init; }

    /// <summary>Its arguments, one each, unquoted. <c>{artifact}</c> stands for the artifact's path.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>The directory it runs in; the artifact's own where empty.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Files of <c>NAME=value</c> lines that make its environment, later ones first in rank.</summary>
    public IReadOnlyList<string> EnvironmentFiles { get; init; } = [];

    /// <summary>Environment variables whose values are references: <c>env:NAME</c>, <c>file:PATH</c> or <c>secret:NAME[@VAULT]</c>.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentReferences { get; init; } = new Dictionary<string, string>();

    /// <summary>The file that its output is appended to.</summary>
    public string? LogPath { get; init; }

    /// <summary>The file that an upgrade swaps: a JAR or another single file.</summary>
    public string? ArtifactPath { get; init; }

    /// <summary>The container that it runs in, by name or id, for container hosts.</summary>
    public string? Container { get; init; }

    /// <summary>
    /// The address of the container engine: <c>unix:///…</c>, <c>npipe://…</c>, <c>tcp://…</c>, <c>ssh://…</c> or <c>context:NAME</c>. Empty: <c>DOCKER_HOST</c>,
    /// <c>DOCKER_CONTEXT</c>, the current context, the default socket.
    /// </summary>
    public string? DockerHost { get; init; }

    /// <summary>The systemd unit that runs it.</summary>
    public string? Unit { get; init; }

    /// <summary>Java programs by their major: each version is started with the lowest that meets its requirement.</summary>
    public IReadOnlyDictionary<string, string> JavaPath { get; init; } = new Dictionary<string, string>();

    /// <summary>How long a graceful stop may take before the process is killed; the definition's grace where empty.</summary>
    public TimeSpan? StopTimeout { get; init; }

    /// <summary>What runs it: the container, the unit, or the command line with <c>{artifact}</c> as it is written and what has spaces in it in quotes; the artifact's path where there is none.</summary>
    public override string ToString() =>
        Container is { Length: > 0 } container ? container
        : Unit is { Length: > 0 } unit ? unit
        : string.IsNullOrEmpty(Command) ? ArtifactPath ?? ""
        : string.Join(' ', Arguments.Prepend(Command).Select(static part => part.Contains(' ') || part.Length == 0 ? $"\"{part}\"" : part));
}
