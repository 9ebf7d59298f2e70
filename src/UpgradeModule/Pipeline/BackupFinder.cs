using UpgradeModule.Binding;
using UpgradeModule.Engine.Backups;

namespace UpgradeModule.Pipeline;

/// <summary>Finds backups that were given by folder or id, and the deployment that a backup was made of.</summary>
internal static class BackupFinder
{
    /// <summary>Reads a backup that was given by folder or id; another is returned as it is.</summary>
    /// <param name="session">The engine.</param>
    /// <param name="given">The backup.</param>
    /// <param name="operation">Who is told and asked.</param>
    /// <exception cref="UpgradeException"><c>BackupNotFound</c>, <c>BackupCorrupt</c>.</exception>
    public static async Task<AppBackup> FindAsync(EngineSession session, AppBackup given, PipelineOperation operation)
    {
        if (!BackupTransformationAttribute.IsNameOnly(given)) return given;
        if (given.Path.Length > 0) return await session.Engine.Backups.OpenAsync(given.Path, operation.Token).ConfigureAwait(false);
        var known = await session.Engine.Backups.ListAsync(new BackupQuery(), operation, operation.Token).ConfigureAwait(false);
        return known.FirstOrDefault(backup => string.Equals(backup.Id, given.Id, StringComparison.OrdinalIgnoreCase))
            ?? throw new UpgradeException(
                "BackupNotFound",
                UpgradeErrorCategory.ObjectNotFound,
                given.Id,
                $"The store knows no backup '{given.Id}', and there is no such folder.",
                "Get-AppBackup lists those that it knows; give the backup's folder for another.");
    }

    /// <summary>Gets the stored deployment that a backup was made of, where there is one.</summary>
    /// <param name="session">The engine.</param>
    /// <param name="backup">The backup.</param>
    /// <param name="operation">Who is told and asked.</param>
    public static async Task<AppDeployment?> DeploymentOfAsync(EngineSession session, AppBackup backup, PipelineOperation operation)
    {
        var stored = await session.Engine.Deployments.ListAsync(operation.Token).ConfigureAwait(false);
        return stored.FirstOrDefault(deployment => string.Equals(deployment.Name, backup.Deployment, StringComparison.OrdinalIgnoreCase));
    }
}
