using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Settings;
using UpgradeModule.Engine.Deployments.Clones;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.Rehearsal;

/// <summary>Everything that a rehearsal is played on: the folder, the clone and its database. Disposing it removes all of it, the clone first.</summary>
internal sealed class RehearsalStage : IAsyncDisposable
{
    private readonly RehearsalFolder _folder;
    private readonly IAppClone _clone;
    private readonly DeploymentContext _basis;

    private RehearsalStage(RehearsalFolder folder, IAppClone clone, DeploymentContext basis)
    {
        _folder = folder;
        _clone = clone;
        _basis = basis;
    }

    /// <summary>Whether the clone reaches nothing but its database.</summary>
    public bool Isolated => _clone.Isolated;

    /// <summary>The clone's database; <see langword="null"/> where the application has none.</summary>
    public IRehearsalDatabase? Database { get; private set; }

    /// <summary>Prepares one; refused before anything takes long where the clone can't be kept to itself.</summary>
    /// <param name="services">The other rooms.</param>
    /// <param name="basis">The deployment, as the host kind has it by which the clone is made.</param>
    /// <param name="request">What is rehearsed.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    public static async Task<RehearsalStage> OpenAsync(UpgradeServices services, DeploymentContext basis, RehearsalRequest request, CancellationToken cancellationToken)
    {
        var folder = RehearsalFolder.Make(basis);
        try
        {
            var asked = new CloneRequest { Mark = folder.Mark, Folder = folder.Path, AllowOutbound = request.AllowOutbound };
            return new RehearsalStage(folder, await services.Hosts(basis.Deployment.HostKind).CloneAsync(basis, asked, cancellationToken).ConfigureAwait(false), basis);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Restores the backup and makes the clone.</summary>
    /// <param name="services">The other rooms.</param>
    /// <param name="backup">The backup; <see langword="null"/> where the application has no database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The clone as a deployment.</returns>
    public async Task<DeploymentContext> FurnishAsync(UpgradeServices services, AppBackup? backup, CancellationToken cancellationToken)
    {
        var context = _basis;
        var environment = context.Spec.Rehearsal.Environment.ToDictionary(static pair => pair.Key, static pair => (string?)pair.Value, StringComparer.Ordinal);
        if (backup is not null)
        {
            context.Operation.Verbose($"The backup {backup.Id} is restored for the clone.");
            await RestoreAsync(services, context, backup, cancellationToken).ConfigureAwait(false);
            var settings = await services.Hosts(context.Deployment.HostKind).ReadSettingsAsync(context, cancellationToken).ConfigureAwait(false);
            foreach (var (name, value) in DatabaseOverrides.Of(context, settings, await InsideAsync(cancellationToken).ConfigureAwait(false))) environment[name] = value;
        }

        var fittings = new CloneFittings
        {
            Environment = environment,
            Database = Database?.Access.Target,
            LeftOut = context.Deployment.Database?.Path is { } path ? [path] : [],
        };
        return await _clone.FurnishAsync(fittings, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _clone.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            try
            {
                if (Database is not null) await Database.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                _folder.Dispose();
            }
        }
    }

    private async Task RestoreAsync(UpgradeServices services, DeploymentContext context, AppBackup backup, CancellationToken cancellationToken)
    {
        var manifest = await BackupFolder.ReadManifestAsync(backup.Path, cancellationToken).ConfigureAwait(false);
        var live = await services.OpenDatabase(context, cancellationToken).ConfigureAwait(false);
        await using (live.ConfigureAwait(false))
        {
            if (live.Engine != manifest.Engine)
            {
                throw new UpgradeException("BackupMismatch", UpgradeErrorCategory.InvalidArgument, backup.Path, $"The backup '{backup.Path}' is one of {manifest.Engine}, and '{context.Deployment.Name}' runs on {live.Engine}.", "Give a backup of its present database.");
            }

            Database = await live.RestoreForRehearsalAsync(BackupFolder.Content(backup.Path, manifest), _folder.Path, context.Operation, cancellationToken).ConfigureAwait(false);
        }
    }

    // The database as the clone knows it: by another address, or another path.
    private async Task<DatabaseAccess> InsideAsync(CancellationToken cancellationToken)
    {
        var access = Database!.Access;
        if (access.Target.Path is { } path) return new DatabaseAccess { Target = access.Target with { Path = _clone.PathInside(path) } };
        var (server, port) = await _clone.AdmitAsync(access.Target.Server!, access.Target.Port ?? 5432, cancellationToken).ConfigureAwait(false);
        return new DatabaseAccess { Target = access.Target with { Server = server, Port = port }, Credential = access.Credential };
    }
}
