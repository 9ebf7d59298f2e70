using System.Management.Automation;

namespace UpgradeModule.Commands;

/// <summary>Removes deployments from the store. What runs, its data and its backups are not touched.</summary>
[Cmdlet(VerbsLifecycle.Unregister, "AppDeployment", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class UnregisterAppDeploymentCommand : DeploymentCmdlet
{
    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment)
    {
        if (ShouldProcess(deployment.Name, "Remove the deployment from the store"))
        {
            TryRun(deployment.Name, operation => Session.Engine.Deployments.UnregisterAsync(deployment.Name, operation.Token));
        }
    }
}
