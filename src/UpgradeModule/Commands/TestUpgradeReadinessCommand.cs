using System.Management.Automation;
using UpgradeModule.Engine.Readiness;

namespace UpgradeModule.Commands;

/// <summary>Finds out what stands in the way of an upgrade, before anything is touched. It changes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "UpgradeReadiness", DefaultParameterSetName = ByName)]
[OutputType(typeof(ReadinessResult), typeof(bool))]
public sealed class TestUpgradeReadinessCommand : PathCmdlet
{
    /// <summary>The ids of manual steps that are done, where no probe can tell.</summary>
    [Parameter(HelpMessage = "The id of a manual step that is done, where no probe can tell.")]
    public string[] ConfirmedStep { get; set; } = [];

    /// <summary>Gives only whether the deployment is ready.</summary>
    [Parameter(HelpMessage = "Gives only whether the deployment is ready.")]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessPath(AppDeployment deployment, UpgradePath? given)
    {
        var request = new ReadinessRequest
        {
            BackupDestination = BackupFolder,
            ArtifactPath = ArtifactSource,
            BaseUrl = BaseUrl,
            Registry = Registry,
            ConfirmedSteps = ConfirmedStep,
        };
        var checkedIt = TryRun(
            deployment.Name,
            async operation =>
            {
                var path = await PlanAsync(deployment, given, operation).ConfigureAwait(false);
                var context = await Session.OpenAsync(path.Deployment ?? deployment, operation, Credential, MaintenanceCredential, RegistryCredential).ConfigureAwait(false);
                return await Session.Engine.Readiness.CheckAsync(context, request with { Path = path }, operation.Token).ConfigureAwait(false);
            },
            out var result);
        if (checkedIt) WriteObject(Quiet ? result!.Ready : result);
    }
}
