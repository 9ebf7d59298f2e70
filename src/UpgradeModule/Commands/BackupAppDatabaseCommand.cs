using System.Management.Automation;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Upgrades;

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

    /// <summary>What writes a PostgreSQL database's data; without it the module itself, or pg_dump where there is something that only that can write.</summary>
    [Parameter(HelpMessage = "What writes a PostgreSQL database's data: the module itself or pg_dump.")]
    public BackupEngine? Engine { get; set; }

    /// <summary>How the module compresses a PostgreSQL database's data.</summary>
    [Parameter(HelpMessage = "How the module compresses a PostgreSQL database's data.")]
    public BackupCompression Compression { get; set; } = BackupCompression.Gzip;

    /// <summary>How many connections read a PostgreSQL database at the same time.</summary>
    [Parameter(HelpMessage = "How many connections read a PostgreSQL database at the same time.")]
    [ValidateRange(1, 32)]
    public int Jobs { get; set; } = 2;

    /// <summary>Writes an SQLite database's file anew, without the room in it that is unused.</summary>
    [Parameter(HelpMessage = "Writes an SQLite database's file anew, without the room in it that is unused.")]
    public SwitchParameter Compact { get; set; }

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
                await Session.Engine.Upgrades.CheckStageAsync(context, Stage.Backup, force: false, operation.Token).ConfigureAwait(false);
                return await Session.Engine.Backups.BackupAsync(context, destination, new BackupOptions { Engine = Engine, Compression = Compression, Jobs = Jobs, Compact = Compact }, operation.Token).ConfigureAwait(false);
            },
            out var backup);
        if (made) WriteObject(backup);
    }
}
