using System.Management.Automation;
using UpgradeModule.Engine.Upgrades;

namespace UpgradeModule.Commands;

/// <summary>Starts deployments. It returns once they run; Wait-AppService waits until they are healthy.</summary>
[Cmdlet(VerbsLifecycle.Start, "AppService", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(AppService))]
public sealed class StartAppServiceCommand : DeploymentCmdlet
{
    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment)
    {
        if (!ShouldProcess(deployment.Name, "Start the service")) return;
        var started = TryRun(
            deployment.Name,
            async operation =>
            {
                var context = await Session.OpenAsync(deployment, operation).ConfigureAwait(false);
                await Session.Engine.Upgrades.CheckStageAsync(context, Stage.Start, force: false, operation.Token).ConfigureAwait(false);
                return await Session.Engine.Services.StartAsync(context, operation.Token).ConfigureAwait(false);
            },
            out var service);
        if (started) WriteObject(service);
    }
}
