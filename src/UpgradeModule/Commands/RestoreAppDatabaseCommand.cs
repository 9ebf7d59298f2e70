using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;
using UpgradeModule.Display;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>
/// Puts the data of a backup in the place of a deployment's data. It is restored beside, verified and then swapped; the data before is kept. The
/// service must be stopped.
/// </summary>
[Cmdlet(VerbsData.Restore, "AppDatabase", DefaultParameterSetName = ByBackup, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(RestoreResult))]
public sealed class RestoreAppDatabaseCommand : StoreCmdlet
{
    private const string ByBackup = nameof(ByBackup);
    private const string ByNameArchive = nameof(ByNameArchive);
    private const string ByDeploymentArchive = nameof(ByDeploymentArchive);

    /// <summary>The name of a stored deployment.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = DeploymentCmdlet.ByName, HelpMessage = "The name of a stored deployment.")]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByNameArchive, HelpMessage = "The name of a stored deployment.")]
    [ArgumentCompleter(typeof(DeploymentNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>The deployment whose data is replaced; the stored one that the backup was made of where a backup is piped in.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DeploymentCmdlet.ByDeployment, ValueFromPipeline = true, HelpMessage = "The deployment whose data is replaced.")]
    [Parameter(Mandatory = true, ParameterSetName = ByDeploymentArchive, ValueFromPipeline = true, HelpMessage = "The deployment whose data is replaced.")]
    [Parameter(ParameterSetName = ByBackup, ValueFromPipelineByPropertyName = true, HelpMessage = "The deployment whose data is replaced.")]
    [DeploymentTransformation]
    [ValidateNotNull]
    public AppDeployment? Deployment { get; set; }

    /// <summary>The backup; a folder or an id stands for one.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByBackup, ValueFromPipeline = true, HelpMessage = "A backup as Get-AppBackup gives it, its folder or its id.")]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = DeploymentCmdlet.ByName, HelpMessage = "A backup as Get-AppBackup gives it, its folder or its id.")]
    [Parameter(Mandatory = true, ParameterSetName = DeploymentCmdlet.ByDeployment, HelpMessage = "A backup as Get-AppBackup gives it, its folder or its id.")]
    [BackupTransformation]
    [ArgumentCompleter(typeof(BackupCompleter))]
    [ValidateNotNull]
    public AppBackup? Backup { get; set; }

    /// <summary>An archive that was made with the database's own tools, in place of a backup: the file or folder of pg_dump, or a SQLite file.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByNameArchive, HelpMessage = "A file or folder that pg_dump made (plain SQL, also with gzip; custom, tar or directory format), or a SQLite file.")]
    [Parameter(Mandatory = true, ParameterSetName = ByDeploymentArchive, HelpMessage = "A file or folder that pg_dump made (plain SQL, also with gzip; custom, tar or directory format), or a SQLite file.")]
    [ValidateNotNullOrEmpty]
    public string? ArchivePath { get; set; }

    /// <summary>
    /// Doesn't ask, takes a backup of another deployment, application or encryption key too, and ends the sessions that hold on to the database, as far as the
    /// role may.
    /// </summary>
    [Parameter(HelpMessage = "Doesn't ask, takes a backup of another deployment or encryption key too, and ends sessions that hold on to the database.")]
    public SwitchParameter Force { get; set; }

    /// <summary>The log-in for the application's database, in place of the application's own.</summary>
    [Parameter(HelpMessage = "The log-in for the application's database, in place of the application's own.")]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>A log-in that may create databases on the same server.</summary>
    [Parameter(HelpMessage = "A log-in that may create databases on the same server.")]
    [Credential]
    public PSCredential? MaintenanceCredential { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        if (ArchivePath is not null)
        {
            var path = FullPath(ArchivePath);
            foreach (var deployment in ParameterSetName == ByNameArchive ? StoredByName([Name]) : Resolved([Deployment!]))
            {
                Restore(deployment, $"Replace its data by the archive {path}, which tells neither its application nor its version", async operation =>
                {
                    var context = await Session.OpenAsync(deployment, operation, Credential, MaintenanceCredential).ConfigureAwait(false);
                    await Session.Engine.Upgrades.CheckStageAsync(context, Stage.Restore, Force, operation.Token).ConfigureAwait(false);
                    return await Session.Engine.Backups.RestoreArchiveAsync(context, path, Force, operation.Token).ConfigureAwait(false);
                });
            }

            return;
        }

        if (!TryRun(Backup!.Id, operation => BackupFinder.FindAsync(Session, Backup, operation), out var backup)) return;
        var named = ParameterSetName == DeploymentCmdlet.ByName ? Name : Deployment is null ? backup.Deployment : null;
        foreach (var deployment in named is null ? Resolved([Deployment!]) : StoredByName([named]))
        {
            Restore(deployment, $"Replace its data by the backup {backup.Id} of {Show.Time(backup.Created)}", async operation =>
            {
                var context = await Session.OpenAsync(deployment, operation, Credential, MaintenanceCredential).ConfigureAwait(false);
                await Session.Engine.Upgrades.CheckStageAsync(context, Stage.Restore, Force, operation.Token).ConfigureAwait(false);
                return await Session.Engine.Backups.RestoreAsync(context, backup, Force, operation.Token).ConfigureAwait(false);
            });
        }
    }

    private void Restore(AppDeployment deployment, string plan, Func<PipelineOperation, Task<RestoreResult>> restore)
    {
        if (Confirmed(deployment.Name, plan, Force) && TryRun(deployment.Name, restore, out var result)) WriteObject(result);
    }
}
