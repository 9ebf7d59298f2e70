using System.Management.Automation;
using UpgradeModule.Binding;

namespace UpgradeModule.Commands;

/// <summary>Waits until deployments are healthy, and shows meanwhile what they answer.</summary>
[Cmdlet(VerbsLifecycle.Wait, "AppService", DefaultParameterSetName = ByName)]
[OutputType(typeof(AppService))]
public sealed class WaitAppServiceCommand : DatabaseCmdlet
{
    /// <summary>How long to wait without a sign of progress: a time span, or seconds; the definition's own without it.</summary>
    [Parameter(HelpMessage = "How long to wait without a sign of progress: a time span, or seconds.")]
    [SecondsTransformation]
    public TimeSpan? Timeout { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment)
    {
        var healthy = TryRun(
            deployment.Name,
            async operation =>
            {
                var context = await Session.OpenAsync(deployment, operation, Credential, MaintenanceCredential).ConfigureAwait(false);
                return await Session.Engine.Services.WaitAsync(context, Timeout, operation.Token).ConfigureAwait(false);
            },
            out var service);
        if (healthy) WriteObject(service);
    }
}
