using System.Management.Automation;
using UpgradeModule.Completion;
using UpgradeModule.Engine;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>
/// Finds what runs on this machine and looks like a known application: containers by their image, systemd units and processes by their file. What is
/// found pipes into Register-AppDeployment; nothing is stored or touched.
/// </summary>
[Cmdlet(VerbsCommon.Find, "AppDeployment")]
[OutputType(typeof(AppDeployment))]
public sealed class FindAppDeploymentCommand : StoreCmdlet
{
    /// <summary>The applications, by name or by the path of a definition file; all that are known without it.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, HelpMessage = "The name of the application, or the path of a definition file; all that are known without it.")]
    [ArgumentCompleter(typeof(AppNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] App { get; set; } = [];

    /// <summary>The host kinds to look at; all that can be looked at without it.</summary>
    [Parameter(HelpMessage = "The host kinds to look at: Docker, Systemd, Process.")]
    [ValidateSet("Docker", "Systemd", "Process")]
    public AppHostKind[] HostKind { get; set; } = [];

    /// <summary>The address of the container engine; the usual one without it.</summary>
    [Parameter(HelpMessage = "The address of the container engine, such as unix:///var/run/docker.sock or context:NAME.")]
    [ValidateNotNullOrEmpty]
    public string? DockerHost { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        IReadOnlyList<string> apps = [.. App.Select(app => SessionPaths.App(SessionState.Path, app))];
        TryRun(null, async operation =>
        {
            var query = new FindQuery { Apps = apps, HostKinds = HostKind, DockerHost = DockerHost };
            await foreach (var found in Session.Engine.Deployments.FindAsync(query, operation, operation.Token).ConfigureAwait(false))
            {
                await operation.WriteAsync(found).ConfigureAwait(false);
            }
        });
    }
}
