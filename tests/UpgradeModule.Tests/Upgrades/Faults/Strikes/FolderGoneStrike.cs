namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>The folder that backups go to is gone, with all that was in it.</summary>
/// <param name="stays">Whether nothing can be made in its place: a file is there, as under a mount that went away read-only.</param>
internal sealed class FolderGoneStrike(bool stays) : Strike(stays ? "destination gone for good" : "destination removed")
{
    public override Task BlowAsync(IFaultScene scene)
    {
        var folder = scene.Context.Deployment.BackupPath!;
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        if (stays) File.WriteAllText(folder, "");
        return Task.CompletedTask;
    }

    public override Task MendAsync(IFaultScene scene)
    {
        if (stays) File.Delete(scene.Context.Deployment.BackupPath!);
        return Task.CompletedTask;
    }
}
