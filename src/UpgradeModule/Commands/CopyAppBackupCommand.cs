using System.Management.Automation;
using UpgradeModule.Binding;
using UpgradeModule.Completion;
using UpgradeModule.Pipeline;

namespace UpgradeModule.Commands;

/// <summary>
/// Copies backups to another disk or share. Every file is hashed while it is read, and again when it is read back from there; what is there already,
/// whole, is not copied again. The copy is given out.
/// </summary>
[Cmdlet(VerbsCommon.Copy, "AppBackup", SupportsShouldProcess = true)]
[OutputType(typeof(AppBackup))]
public sealed class CopyAppBackupCommand : StoreCmdlet
{
    /// <summary>The backups; a folder or an id stands for one.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = "A backup as Get-AppBackup gives it, its folder or its id.")]
    [Alias("Path", "Id")]
    [BackupTransformation]
    [ArgumentCompleter(typeof(BackupCompleter))]
    [ValidateNotNullOrEmpty]
    public AppBackup[] Backup { get; set; } = [];

    /// <summary>The folder in which the copy's own folder is made.</summary>
    [Parameter(Mandatory = true, Position = 1, HelpMessage = "The folder in which the copy's own folder is made.")]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    /// <inheritdoc/>
    private protected override void ProcessInput()
    {
        var destination = FullPath(Destination);
        foreach (var backup in Backup)
        {
            var target = backup.Id.Length == 0 ? backup.Path : backup.Id;
            if (!ShouldProcess(target, $"Copy the backup to '{destination}'")) continue;
            var copied = TryRun(
                target,
                async operation =>
                {
                    var found = await BackupFinder.FindAsync(Session, backup, operation).ConfigureAwait(false);
                    return await Session.Engine.Backups.CopyAsync(found, destination, operation, operation.Token).ConfigureAwait(false);
                },
                out var copy);
            if (copied) WriteObject(copy);
        }
    }
}
