using UpgradeModule.Engine.State;

namespace UpgradeModule.Engine.Backups;

/// <summary>Finds backups: those that the store remembers, and those in a folder.</summary>
internal sealed class BackupLister(IStateStore store)
{
    private const int MostNamed = 5;

    /// <summary>Finds backups, newest first.</summary>
    /// <param name="query">Which.</param>
    /// <param name="usualFolder">The folder that backups go to where none is named.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<AppBackup>> ListAsync(BackupQuery query, string usualFolder, IOperationContext operation, CancellationToken cancellationToken)
    {
        var folders = query.Path is { Length: > 0 } ? Look(Path.GetFullPath(query.Path), operation) : await RememberedAsync(query.Deployment, usualFolder, operation, cancellationToken).ConfigureAwait(false);
        var backups = new List<AppBackup>();
        foreach (var folder in folders.Distinct(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await ReadAsync(folder, operation, cancellationToken).ConfigureAwait(false) is not { } backup) continue;
            if (query.Deployment is null || backup.Deployment.Equals(query.Deployment, StringComparison.OrdinalIgnoreCase)) backups.Add(backup);
        }

        return [.. backups.OrderByDescending(backup => backup.Created).ThenByDescending(backup => backup.Id, StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Look(string path, IOperationContext operation)
    {
        if (!Directory.Exists(path)) throw BackupFolder.NotFound(path);
        if (BackupFolder.IsBackup(path)) return [Path.TrimEndingDirectorySeparator(path)];
        var foreign = Directory.EnumerateDirectories(path).Select(folder => Path.GetFileName(folder)).Where(name => !name.StartsWith('.') && !BackupFolder.IsBackup(Path.Combine(path, name))).Order(StringComparer.Ordinal).ToList();
        if (foreign.Count > 0) operation.Warning($"What lies beside backups in '{path}' has no {BackupFolder.ManifestName}, so it is none, or a broken one: {string.Join(", ", foreign.Take(MostNamed))}{(foreign.Count > MostNamed ? ", …" : "")}.");
        return Beneath(path);
    }

    // A folder whose name begins with a dot is one that is being made, or was left when the power went.
    private static IEnumerable<string> Beneath(string path) =>
        Directory.EnumerateDirectories(path).Where(folder => !Path.GetFileName(folder).StartsWith('.') && BackupFolder.IsBackup(folder));

    private static async Task<AppBackup?> ReadAsync(string folder, IOperationContext operation, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = await BackupFolder.ReadManifestAsync(folder, cancellationToken).ConfigureAwait(false);
            return await BackupFolder.DescribeAsync(folder, manifest, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure)
        {
            operation.Warning(failure.Message);
            return null;
        }
    }

    private async Task<IEnumerable<string>> RememberedAsync(string? deployment, string usualFolder, IOperationContext operation, CancellationToken cancellationToken)
    {
        var remembered = await store.ListBackupsAsync(deployment, cancellationToken).ConfigureAwait(false);
        foreach (var gone in remembered.Where(folder => !BackupFolder.IsBackup(folder))) operation.Verbose($"The backup in '{gone}' is not there any more, or its disk is not.");

        // A backup whose making could not be noted in the store is found where it usually lies.
        return remembered.Where(BackupFolder.IsBackup).Concat(Directory.Exists(usualFolder) ? Beneath(usualFolder) : []);
    }
}
