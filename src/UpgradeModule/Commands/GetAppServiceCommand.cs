using System.Management.Automation;

namespace UpgradeModule.Commands;

/// <summary>Gets the running side of deployments: whether they run, since when, and how they are.</summary>
[Cmdlet(VerbsCommon.Get, "AppService", DefaultParameterSetName = ByName)]
[OutputType(typeof(AppService))]
public sealed class GetAppServiceCommand : DeploymentCmdlet
{
    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment)
    {
        var got = TryRun(
            deployment.Name,
            async operation =>
            {
                var context = await Session.OpenAsync(deployment, operation).ConfigureAwait(false);
                return await Session.Engine.Services.GetAsync(context, operation.Token).ConfigureAwait(false);
            },
            out var service);
        if (got) WriteObject(service);
    }
}
