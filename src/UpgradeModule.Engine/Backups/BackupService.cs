using UpgradeModule.Engine.Backups.Retention;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Backups;

/// <summary>Makes, lists, tests and restores backups.</summary>
internal sealed class BackupService(BackupServices services) : IBackupService
{
    /// <inheritdoc/>
    public Task<AppBackup> BackupAsync(DeploymentContext context, string? destination, CancellationToken cancellationToken) => BackupAsync(context, destination, BackupOptions.Default, cancellationToken);

    /// <inheritdoc/>
    public async Task<AppBackup> BackupAsync(DeploymentContext context, string? destination, BackupOptions options, CancellationToken cancellationToken)
    {
        var place = FirstGiven(destination, context.Deployment.BackupPath) ?? UsualFolder;
        var (path, manifest) = await new BackupWriter(services).WriteAsync(context, place, options, cancellationToken).ConfigureAwait(false);
        await RememberAsync(path, context, manifest).ConfigureAwait(false);
        return await BackupFolder.DescribeAsync(path, manifest, CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<AppBackup>> ListAsync(BackupQuery query, IOperationContext operation, CancellationToken cancellationToken) =>
        new BackupLister(services.Store).ListAsync(query, UsualFolder, operation, cancellationToken);

    /// <inheritdoc/>
    public async Task<AppBackup> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return await BackupFolder.DescribeAsync(full, await BackupFolder.ReadManifestAsync(full, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<BackupTestResult> TestAsync(AppBackup backup, DeploymentContext? context, bool checksumOnly, IOperationContext operation, CancellationToken cancellationToken) =>
        ProveAsync(backup, context, checksumOnly ? BackupTestDepth.Checksums : BackupTestDepth.Restore, operation, cancellationToken);

    /// <inheritdoc/>
    public Task<BackupTestResult> ProveAsync(AppBackup backup, DeploymentContext? context, BackupTestDepth depth, IOperationContext operation, CancellationToken cancellationToken) =>
        new BackupTester(services).TestAsync(backup, context, depth, operation, cancellationToken);

    /// <inheritdoc/>
    public Task<AppBackup> CopyAsync(AppBackup backup, string destination, IOperationContext operation, CancellationToken cancellationToken) => BackupCopier.CopyAsync(backup, destination, operation, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<BackupRemoval>> PlanRemovalAsync(BackupRemovalRequest request, IOperationContext operation, CancellationToken cancellationToken) =>
        new BackupRemover(services, UsualFolder).PlanAsync(request, operation, cancellationToken);

    /// <inheritdoc/>
    public Task RemoveAsync(AppBackup backup, IOperationContext operation, CancellationToken cancellationToken) => new BackupRemover(services, UsualFolder).RemoveAsync(backup, operation, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> FindLeftAsync(string? folder, CancellationToken cancellationToken)
    {
        if (folder is not null) return PartialFolder.FindLeft(Paths.Full(folder));
        var remembered = await services.Store.ListBackupsAsync(null, cancellationToken).ConfigureAwait(false);
        var folders = remembered.Select(path => Path.GetDirectoryName(Paths.Full(path))!).Append(UsualFolder).Distinct(Paths.Comparer);
        return [.. folders.SelectMany(PartialFolder.FindLeft)];
    }

    /// <inheritdoc/>
    public Task RemoveLeftAsync(string folder, CancellationToken cancellationToken) => BackupRemover.RemoveLeftAsync(folder, cancellationToken);

    /// <inheritdoc/>
    public Task<RestoreResult> RestoreAsync(DeploymentContext context, AppBackup backup, bool force, CancellationToken cancellationToken) =>
        new BackupRestorer(services).RestoreAsync(context, backup, force, cancellationToken);

    /// <inheritdoc/>
    public Task<RestoreResult> RestoreArchiveAsync(DeploymentContext context, string path, bool force, CancellationToken cancellationToken) =>
        new BackupRestorer(services).RestoreArchiveAsync(context, path, force, cancellationToken);

    private string UsualFolder => Path.Combine(Path.GetDirectoryName(services.Store.Path)!, "backups");

    private static string? FirstGiven(params string?[] paths) => paths.FirstOrDefault(path => !string.IsNullOrWhiteSpace(path));

    // The backup is whole by now: a store that can't be written must not take it back, nor may a late Ctrl+C.
    private async Task RememberAsync(string path, DeploymentContext context, BackupManifest manifest)
    {
        try
        {
            await services.Store.RememberBackupAsync(path, manifest.Deployment, CancellationToken.None).ConfigureAwait(false);
        }
        catch (UpgradeException failure)
        {
            context.Operation.Warning($"The backup '{path}' is made, but the store doesn't remember it: {failure.Message}");
        }
    }
}
