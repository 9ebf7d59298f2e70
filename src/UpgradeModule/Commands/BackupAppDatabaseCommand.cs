using System.Management.Automation;

namespace UpgradeModule.Commands;

/// <summary>Backs up the data of deployments while they go on running: a folder with the data, a manifest and checksums.</summary>
[Cmdlet(VerbsData.Backup, "AppDatabase", DefaultParameterSetName = ByName, SupportsShouldProcess = true)]
[OutputType(typeof(AppBackup))]
public sealed class BackupAppDatabaseCommand : DatabaseCmdlet
{
    /// <summary>The folder in which the backup's own folder is made; the deployment's backup folder without it.</summary>
    [Parameter(HelpMessage = "The folder in which the backup's own folder is made.")]
    [ValidateNotNullOrEmpty]
    public string? Destination { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessDeployment(AppDeployment deployment)
    {
        var destination = Destination is null ? null : FullPath(Destination);
        if (!ShouldProcess(deployment.Name, $"Back up the database{(destination is null ? "" : $" to '{destination}'")}")) return;
        var made = TryRun(
            deployment.Name,
            async operation =>
            {
                var context = await Session.OpenAsync(deployment, operation, Credential, MaintenanceCredential).ConfigureAwait(false);
                return await Session.Engine.Backups.BackupAsync(context, destination, operation.Token).ConfigureAwait(false);
            },
            out var backup);
        if (made) WriteObject(backup);
    }
}
