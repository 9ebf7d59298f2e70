using System.ComponentModel;
using System.Management.Automation;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>The base of the cmdlets that say where versions come from and where the backup goes to.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class SourceCmdlet : DatabaseCmdlet
{
    /// <summary>The folder that the backup goes to; the deployment's backup folder without it.</summary>
    [Parameter(HelpMessage = "The folder that the backup goes to.")]
    public string? BackupDestination { get; set; }

    /// <summary>A folder of artifacts, or for one stop the artifact itself; without it what is kept, else fetched.</summary>
    [Parameter(HelpMessage = "A folder of artifacts, or for one stop the artifact itself.")]
    public string? ArtifactPath { get; set; }

    /// <summary>The mirror that artifacts come from.</summary>
    [Parameter(HelpMessage = "The mirror that artifacts come from.")]
    public string? BaseUrl { get; set; }

    /// <summary>The registry (<c>host[:port][/path]</c>) that images come from.</summary>
    [Parameter(HelpMessage = "The registry that images come from, host[:port][/path].")]
    [ValidateNotNullOrEmpty]
    public string? Registry { get; set; }

    /// <summary>The log-in of the registry; docker's own configuration and credential helpers are asked without it.</summary>
    [Parameter(HelpMessage = "The log-in of the registry; docker's own configuration is asked without it.")]
    [Credential]
    public PSCredential? RegistryCredential { get; set; }

    /// <summary>The full path of the folder that the backup goes to, where one was given.</summary>
    private protected string? BackupFolder => BackupDestination is null ? null : FullPath(BackupDestination);

    /// <summary>The full path of the artifacts, or their address, where one was given.</summary>
    private protected string? ArtifactSource => ArtifactPath is null ? null : SessionPaths.PathOrAddress(SessionState.Path, ArtifactPath);
}
