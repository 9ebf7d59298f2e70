using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>Finds out what stands in the way of an upgrade, before anything is touched. It changes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "UpgradeReadiness", DefaultParameterSetName = ByName)]
[OutputType(typeof(ReadinessResult), typeof(bool))]
public sealed class TestUpgradeReadinessCommand : DatabaseCmdlet
{
    private const string ByPath = nameof(ByPath);

    /// <summary>The paths to check, as Get-UpgradePath gives them for deployments.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByPath, ValueFromPipeline = true, HelpMessage = "A path, as Get-UpgradePath gives it for a deployment.")]
    [PathTransformation]
    [ValidateNotNullOrEmpty]
    public UpgradePath[] UpgradePath { get; set; } = [];

    /// <summary>The target: an exact version, a major, or <c>latest</c>; <c>latest</c> without it.</summary>
    [Parameter(ParameterSetName = ByName, HelpMessage = "The target: an exact version, a major such as 0.50, or latest.")]
    [Parameter(ParameterSetName = ByDeployment, HelpMessage = "The target: an exact version, a major such as 0.50, or latest.")]
    [ArgumentCompleter(typeof(VersionCompleter))]
    public string? To { get; set; }

    /// <summary>The edition at the end; the same without it.</summary>
    [Parameter(ParameterSetName = ByName, HelpMessage = "The edition at the end; the same without it.")]
    [Parameter(ParameterSetName = ByDeployment, HelpMessage = "The edition at the end; the same without it.")]
    [ArgumentCompleter(typeof(EditionCompleter))]
    public string? Edition { get; set; }

    /// <summary>Lets pre-releases be targets.</summary>
    [Parameter(ParameterSetName = ByName, HelpMessage = "Lets pre-releases be targets.")]
    [Parameter(ParameterSetName = ByDeployment, HelpMessage = "Lets pre-releases be targets.")]
    public SwitchParameter IncludePrerelease { get; set; }

    /// <summary>The folder that the backup will go to.</summary>
    [Parameter(HelpMessage = "The folder that the backup will go to.")]
    public string? BackupDestination { get; set; }

    /// <summary>The artifact, or the folder of artifacts, that will be used.</summary>
    [Parameter(HelpMessage = "The artifact, or the folder of artifacts, that will be used.")]
    public string? ArtifactPath { get; set; }

    /// <summary>The mirror that artifacts will come from.</summary>
    [Parameter(HelpMessage = "The mirror that artifacts will come from.")]
    public string? BaseUrl { get; set; }

    /// <summary>The registry (<c>host[:port][/path]</c>) that images will come from.</summary>
    [Parameter(HelpMessage = "The registry that images will come from, host[:port][/path].")]
    [ValidateNotNullOrEmpty]
    public string? Registry { get; set; }

    /// <summary>The log-in of the registry; docker's own configuration and credential helpers are asked without it.</summary>
    [Parameter(HelpMessage = "The log-in of the registry; docker's own configuration is asked without it.")]
    [Credential]
    public PSCredential? RegistryCredential { get; set; }

    /// <summary>The ids of manual steps that are done, where no probe can tell.</summary>
    [Parameter(HelpMessage = "The id of a manual step that is done, where no probe can tell.")]
    public string[] ConfirmedStep { get; set; } = [];

    /// <summary>Gives only whether the deployment is ready.</summary>
    [Parameter(HelpMessage = "Gives only whether the deployment is ready.")]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        if (ParameterSetName != ByPath)
        {
            base.ProcessInput();
            return;
        }

        foreach (var path in UpgradePath) Guard(path, () => Check(PathOwner.Of(path), path));
    }

    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment) => Check(deployment, null);

    private void Check(AppDeployment deployment, UpgradePath? given)
    {
        var request = new ReadinessRequest
        {
            BackupDestination = BackupDestination is null ? null : FullPath(BackupDestination),
            ArtifactPath = ArtifactPath is null ? null : SessionPaths.PathOrAddress(SessionState.Path, ArtifactPath),
            BaseUrl = BaseUrl,
            Registry = Registry,
            ConfirmedSteps = ConfirmedStep,
        };
        var checkedIt = TryRun(
            deployment.Name,
            async operation =>
            {
                var path = given ?? await PathFinder.PlanAsync(Session, deployment, new PathWish(To, Edition, IncludePrerelease), operation, afresh: true).ConfigureAwait(false);
                var context = await Session.OpenAsync(path.Deployment ?? deployment, operation, Credential, MaintenanceCredential, RegistryCredential).ConfigureAwait(false);
                return await Session.Engine.Readiness.CheckAsync(context, request with { Path = path }, operation.Token).ConfigureAwait(false);
            },
            out var result);
        if (checkedIt) WriteObject(Quiet ? result!.Ready : result);
    }
}
