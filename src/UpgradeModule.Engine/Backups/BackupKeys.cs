using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.State;

namespace UpgradeModule.Engine.Backups;

/// <summary>Compares a deployment's encryption key with the one that its newest backup was made under.</summary>
internal static class BackupKeys
{
    /// <summary>Compares.</summary>
    /// <param name="store">The store that remembers backups.</param>
    /// <param name="usualFolder">The folder that backups go to where none is named.</param>
    /// <param name="context">The deployment.</param>
    /// <param name="key">The key that the application has now.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The backup, whether a key was set then, and whether it was this one; <see langword="null"/> where there is no backup that can be read.</returns>
    public static async Task<(AppBackup Backup, bool HadKey, bool? Same)?> CompareAsync(IStateStore store, string usualFolder, DeploymentContext context, string? key, CancellationToken cancellationToken)
    {
        var backups = await new BackupLister(store).ListAsync(new BackupQuery { Deployment = context.Deployment.Name }, usualFolder, NullOperationContext.Instance, cancellationToken).ConfigureAwait(false);
        if (backups.FirstOrDefault(backup => backup.App.Equals(context.Spec.Name, StringComparison.OrdinalIgnoreCase)) is not { } newest) return null;
        var manifest = await BackupFolder.ReadManifestAsync(newest.Path, cancellationToken).ConfigureAwait(false);
        return (newest, manifest.EncryptionKey is not null, key is null ? null : manifest.EncryptionKey?.Matches(key));
    }
}
