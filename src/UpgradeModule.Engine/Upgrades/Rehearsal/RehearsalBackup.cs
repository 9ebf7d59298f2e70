using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.Rehearsal;

/// <summary>Finds the backup that a clone is made of.</summary>
internal sealed class RehearsalBackup(IBackupService backups)
{
    /// <summary>Gives the backup that was asked for, else the newest proven one of the present version, else a new one.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">What is rehearsed.</param>
    /// <param name="present">The version that runs.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>BackupCorrupt</c>, <c>BackupMismatch</c>, <c>BackupNotProven</c>, and what backing up throws.</exception>
    public async Task<AppBackup> FindAsync(DeploymentContext context, RehearsalRequest request, AppVersion present, CancellationToken cancellationToken)
    {
        if (request.Backup is { } given) return await GivenAsync(context, given, present, cancellationToken).ConfigureAwait(false);
        if (await ProvenAsync(context, request, present, cancellationToken).ConfigureAwait(false) is { } proven)
        {
            context.Operation.Verbose($"The rehearsal takes the backup {proven.Id}, made on {proven.Created:u} and proven on {proven.ProvenOn:u}.");
            return proven;
        }

        context.Operation.Verbose($"There is no proven backup of {present}: one is made.");
        var made = await backups.BackupAsync(context, request.BackupDestination, cancellationToken).ConfigureAwait(false);
        return await ProveAsync(context, made, cancellationToken).ConfigureAwait(false);
    }

    private async Task<AppBackup> GivenAsync(DeploymentContext context, AppBackup given, AppVersion present, CancellationToken cancellationToken)
    {
        var backup = await backups.OpenAsync(given.Path, cancellationToken).ConfigureAwait(false);
        if (!string.Equals(backup.App, context.Spec.Name, StringComparison.OrdinalIgnoreCase))
        {
            throw new UpgradeException("BackupMismatch", UpgradeErrorCategory.InvalidArgument, backup.Path, $"The backup '{backup.Path}' is one of {backup.App}, and '{context.Deployment.Name}' is a deployment of {context.Spec.Name}.", "Give a backup of this application.");
        }

        if (backup.Version is { } version && version != present) context.Operation.Warning($"The backup {backup.Id} is of {version}, and {present} is installed: the clone starts {present} on it first.");
        return backup.ProvenOn is null ? await ProveAsync(context, backup, cancellationToken).ConfigureAwait(false) : await CheckAsync(context, backup, cancellationToken).ConfigureAwait(false);
    }

    private async Task<AppBackup?> ProvenAsync(DeploymentContext context, RehearsalRequest request, AppVersion present, CancellationToken cancellationToken)
    {
        List<string?> places = [null];
        if ((request.BackupDestination ?? context.Deployment.BackupPath) is { Length: > 0 } folder && Directory.Exists(folder)) places.Add(folder);
        var found = new List<AppBackup>();
        foreach (var place in places)
        {
            found.AddRange(await backups.ListAsync(new BackupQuery { Deployment = context.Deployment.Name, Path = place }, NullOperationContext.Instance, cancellationToken).ConfigureAwait(false));
        }

        var newest = found
            .Where(backup => backup.ProvenOn is not null && backup.Version == present && string.Equals(backup.App, context.Spec.Name, StringComparison.OrdinalIgnoreCase) && backup.Engine == context.Deployment.Database!.Engine)
            .MaxBy(static backup => backup.Created);
        return newest is null ? null : await CheckAsync(context, newest, cancellationToken).ConfigureAwait(false);
    }

    private async Task<AppBackup> CheckAsync(DeploymentContext context, AppBackup backup, CancellationToken cancellationToken)
    {
        var result = await backups.TestAsync(backup, context, checksumOnly: true, context.Operation, cancellationToken).ConfigureAwait(false);
        return result.Valid ? result.Backup : throw NotProven(backup, result);
    }

    private async Task<AppBackup> ProveAsync(DeploymentContext context, AppBackup backup, CancellationToken cancellationToken)
    {
        var result = await backups.TestAsync(backup, context, checksumOnly: false, context.Operation, cancellationToken).ConfigureAwait(false);
        return result.Valid ? result.Backup : throw NotProven(backup, result);
    }

    private static UpgradeException NotProven(AppBackup backup, BackupTestResult result) =>
        new("BackupNotProven", UpgradeErrorCategory.InvalidData, backup.Path, $"The backup '{backup.Path}' can't be restored, so nothing was rehearsed: {string.Join("; ", result.Problems)}.", "Make another one with Backup-AppDatabase; an upgrade needs one that can be restored as well.");
}
