using System.Management.Automation;

namespace UpgradeModule.Commands;

/// <summary>Gets the copies of deployments' data that are kept beside the live data: by restores and by upgrade runs.</summary>
[Cmdlet(VerbsCommon.Get, "AppDatabaseCopy", DefaultParameterSetName = ByName)]
[OutputType(typeof(AppDatabaseCopy))]
public sealed class GetAppDatabaseCopyCommand : DatabaseCmdlet
{
    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment)
    {
        var got = TryRun(
            deployment.Name,
            async operation =>
            {
                var context = await Session.OpenAsync(deployment, operation, Credential, MaintenanceCredential).ConfigureAwait(false);
                return await Session.Engine.Copies.ListAsync(context, operation.Token).ConfigureAwait(false);
            },
            out var copies);
        if (got) WriteObject(copies, enumerateCollection: true);
    }
}
