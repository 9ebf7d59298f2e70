using System.Management.Automation;

namespace UpgradeModule.Commands;

/// <summary>
/// Drops copies of a deployment's data that are kept beside the live data, as Restore-AppDatabase and Get-AppDatabaseCopy name them. The live data, and what
/// an upgrade run may still need, is refused.
/// </summary>
[Cmdlet(VerbsCommon.Remove, "AppDatabaseCopy", DefaultParameterSetName = ByName, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveAppDatabaseCopyCommand : DatabaseCmdlet
{
    /// <summary>The copies: names of databases or paths of files.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, HelpMessage = "A copy: a database's name or a file's path, as Get-AppDatabaseCopy and Restore-AppDatabase give it in KeptAs.")]
    [ValidateNotNullOrEmpty]
    public string[] KeptAs { get; set; } = [];

    /// <summary>Doesn't ask, and drops what a run keeps whose way back failed.</summary>
    [Parameter(HelpMessage = "Doesn't ask, and drops what a run keeps whose way back failed.")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment)
    {
        foreach (var copy in KeptAs)
        {
            if (!Confirmed(deployment.Name, $"Drop the copy {copy} of its data", Force)) continue;
            TryRun(
                copy,
                async operation =>
                {
                    var context = await Session.OpenAsync(deployment, operation, Credential, MaintenanceCredential).ConfigureAwait(false);
                    await Session.Engine.Copies.RemoveAsync(context, copy, Force, operation.Token).ConfigureAwait(false);
                });
        }
    }
}
