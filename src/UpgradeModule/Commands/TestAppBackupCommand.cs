using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;
using UpgradeModule.Engine.Backups;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>
/// Proves backups: checks every checksum, restores the data into a place of its own, counts every table, removes the copy again and writes the
/// proof beside the backup. With <c>-Deep</c> every row of the copy is compared with the backup's. For PostgreSQL that place is a scratch database on the deployment's server where a log-in may create one, else a
/// throw-away server of this machine's PostgreSQL, else a throw-away container of Docker or Podman, whose image the environment variable
/// <c>UPGRADEMODULE_POSTGRES_IMAGE</c> may name (<c>postgres:{major}</c> without it).
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "AppBackup", DefaultParameterSetName = Restore, SupportsShouldProcess = true)]
[OutputType(typeof(BackupTestResult), typeof(bool))]
public sealed class TestAppBackupCommand : StoreCmdlet
{
    private const string Restore = nameof(Restore);
    private const string Checksums = nameof(Checksums);

    /// <summary>The backups; a folder or an id stands for one.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = "A backup as Get-AppBackup gives it, its folder or its id.")]
    [Alias("Path", "Id")]
    [BackupTransformation]
    [ArgumentCompleter(typeof(BackupCompleter))]
    [ValidateNotNullOrEmpty]
    public AppBackup[] Backup { get; set; } = [];

    /// <summary>The deployment on whose server the copy may be restored; the stored one that the backup was made of without it.</summary>
    [Parameter(HelpMessage = "The deployment on whose server the copy may be restored.")]
    [DeploymentTransformation]
    [ArgumentCompleter(typeof(DeploymentNameCompleter))]
    public AppDeployment? Deployment { get; set; }

    /// <summary>Checks the checksums and restores nothing.</summary>
    [Parameter(Mandatory = true, ParameterSetName = Checksums, HelpMessage = "Checks the checksums and restores nothing.")]
    public SwitchParameter ChecksumOnly { get; set; }

    /// <summary>Compares every row of the restored copy with the backup's, besides counting them.</summary>
    [Parameter(ParameterSetName = Restore, HelpMessage = "Compares every row of the restored copy with the backup's.")]
    public SwitchParameter Deep { get; set; }

    /// <summary>Gives only whether the backup is valid.</summary>
    [Parameter(HelpMessage = "Gives only whether the backup is valid.")]
    public SwitchParameter Quiet { get; set; }

    /// <summary>The log-in for the application's database, in place of the application's own.</summary>
    [Parameter(HelpMessage = "The log-in for the application's database, in place of the application's own.")]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>A log-in that may create databases on the same server, for the proof.</summary>
    [Parameter(HelpMessage = "A log-in that may create databases on the same server, for the proof.")]
    [Credential]
    public PSCredential? MaintenanceCredential { get; set; }

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        foreach (var backup in Backup)
        {
            var target = backup.Id.Length == 0 ? backup.Path : backup.Id;
            if (!ShouldProcess(target, ChecksumOnly ? "Check the backup's checksums" : "Restore the backup into a place of its own and write the proof")) continue;
            if (TryRun(target, operation => TestAsync(backup, operation), out var result)) WriteObject(Quiet ? result.Valid : result);
        }
    }

    private async Task<BackupTestResult> TestAsync(AppBackup given, PipelineOperation operation)
    {
        var backup = await BackupFinder.FindAsync(Session, given, operation).ConfigureAwait(false);
        var deployment = await DeploymentAsync(backup, operation).ConfigureAwait(false);
        var context = deployment is null || ChecksumOnly ? null : await Session.OpenAsync(deployment, operation, Credential, MaintenanceCredential).ConfigureAwait(false);
        return await Session.Engine.Backups.ProveAsync(backup, context, ChecksumOnly ? BackupTestDepth.Checksums : Deep ? BackupTestDepth.Content : BackupTestDepth.Restore, operation, operation.Token).ConfigureAwait(false);
    }

    private async Task<AppDeployment?> DeploymentAsync(AppBackup backup, PipelineOperation operation)
    {
        if (Deployment is null) return await BackupFinder.DeploymentOfAsync(Session, backup, operation).ConfigureAwait(false);
        return DeploymentTransformationAttribute.IsNameOnly(Deployment)
            ? await Session.Engine.Deployments.GetAsync(Deployment.Name, operation.Token).ConfigureAwait(false)
            : Deployment;
    }
}
