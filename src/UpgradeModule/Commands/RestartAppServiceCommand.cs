using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Engine.Upgrades;

namespace UpgradeModule.Commands;

/// <summary>Stops deployments and starts them again.</summary>
[Cmdlet(VerbsLifecycle.Restart, "AppService", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(AppService))]
public sealed class RestartAppServiceCommand : DeploymentCmdlet
{
    /// <summary>How long a graceful stop may take: a time span, or seconds; the deployment's own without it.</summary>
    [Parameter(HelpMessage = "How long a graceful stop may take: a time span, or seconds.")]
    [SecondsTransformation]
    public TimeSpan? Grace { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment)
    {
        if (!ShouldProcess(deployment.Name, "Stop the service and start it again")) return;
        var restarted = TryRun(
            deployment.Name,
            async operation =>
            {
                var context = await Session.OpenAsync(deployment, operation).ConfigureAwait(false);
                await Session.Engine.Upgrades.CheckStageAsync(context, Stage.Start, force: false, operation.Token).ConfigureAwait(false);
                await Session.Engine.Services.StopAsync(context, Grace, operation.Token).ConfigureAwait(false);
                return await Session.Engine.Services.StartAsync(context, operation.Token).ConfigureAwait(false);
            },
            out var service);
        if (restarted) WriteObject(service);
    }
}
