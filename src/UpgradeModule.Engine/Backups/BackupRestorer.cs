using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Backups;

/// <summary>Restores backups into deployments.</summary>
internal sealed class BackupRestorer(BackupServices services)
{
    private const double ChecksumsEnd = 15;

    /// <summary>Restores a backup. Everything that can be wrong is looked for before the database is touched.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="backup">The backup.</param>
    /// <param name="force">Whether a backup of another deployment, application or encryption key is taken too.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<RestoreResult> RestoreAsync(DeploymentContext context, AppBackup backup, bool force, CancellationToken cancellationToken)
    {
        var progress = new WorkProgress(context.Operation, $"Restoring {backup.Id}");
        var watch = Stopwatch.StartNew();
        try
        {
            var host = services.Hosts(context.Deployment.HostKind);
            await RequireStoppedAsync(host, context, cancellationToken).ConfigureAwait(false);
            var manifest = await BackupFolder.ReadManifestAsync(backup.Path, cancellationToken).ConfigureAwait(false);
            var settings = await host.ReadSettingsAsync(context, cancellationToken).ConfigureAwait(false);
            RequireMatch(context, manifest, settings, force);
            var database = await services.OpenDatabase(context, settings, cancellationToken).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                if (database.Engine != manifest.Engine)
                {
                    throw Mismatch(context, manifest, $"it holds data of {manifest.Engine}, and the deployment's database is {database.Engine}", "Data of one engine can't be restored into another.");
                }

                await RequireSoundAsync(backup.Path, progress, cancellationToken).ConfigureAwait(false);
                var result = await RestoreLockedAsync(context, host, database, manifest.Id, BackupFolder.Content(backup.Path, manifest) with { EndsSessions = force }, progress, cancellationToken).ConfigureAwait(false);
                await WarnOfVersionAsync(context, host, manifest).ConfigureAwait(false);
                return result with { Backup = await BackupFolder.DescribeAsync(backup.Path, manifest, CancellationToken.None).ConfigureAwait(false), Duration = watch.Elapsed };
            }
        }
        finally
        {
            progress.End();
        }
    }

    /// <summary>Restores an archive that somebody made with the database's own tools.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="path">The archive's file or folder.</param>
    /// <param name="force">Whether sessions that hold on to the live data are ended.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<RestoreResult> RestoreArchiveAsync(DeploymentContext context, string path, bool force, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        var progress = new WorkProgress(context.Operation, $"Restoring {name}");
        var watch = Stopwatch.StartNew();
        try
        {
            var host = services.Hosts(context.Deployment.HostKind);
            await RequireStoppedAsync(host, context, cancellationToken).ConfigureAwait(false);
            var settings = await host.ReadSettingsAsync(context, cancellationToken).ConfigureAwait(false);
            var database = await services.OpenDatabase(context, settings, cancellationToken).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                var content = await database.ReadArchiveAsync(path, cancellationToken).ConfigureAwait(false);
                var result = await RestoreLockedAsync(context, host, database, name, content with { EndsSessions = force }, progress, cancellationToken).ConfigureAwait(false);
                if (result.Rows == 0) context.Operation.Warning($"The archive '{path}' held no rows, so '{context.Deployment.Name}' has none now. {(result.KeptAs is null ? "" : $"The data before is kept as '{result.KeptAs}'.")}".TrimEnd());
                return result with { Backup = Describe(path, database.Engine, result), Duration = watch.Elapsed };
            }
        }
        finally
        {
            progress.End();
        }
    }

    // No backup of ours: what can be told of it is told in the same words.
    private static AppBackup Describe(string path, DatabaseEngine engine, RestoreResult result)
    {
        var files = Directory.Exists(path) ? new DirectoryInfo(path).GetFiles("*", SearchOption.AllDirectories) : [new FileInfo(path)];
        return new AppBackup { Id = Path.GetFileName(Path.TrimEndingDirectorySeparator(path)), Engine = engine, Path = path, Created = files.Max(file => new DateTimeOffset(file.LastWriteTimeUtc)), Size = files.Sum(file => file.Length), Tables = result.Tables, Rows = result.Rows };
    }

    private static async Task<RestoreResult> RestoreLockedAsync(DeploymentContext context, IAppHost host, IAppDatabase database, string name, BackupContent content, WorkProgress progress, CancellationToken cancellationToken)
    {
        var purpose = $"restore of {name}";
        var hostLock = await host.LockAsync(context, purpose, cancellationToken).ConfigureAwait(false);
        await using (hostLock.ConfigureAwait(false))
        {
            var databaseLock = await database.LockAsync(purpose, cancellationToken).ConfigureAwait(false);
            await using (databaseLock.ConfigureAwait(false))
            {
                // Checking took its time: somebody may have started it meanwhile.
                await RequireStoppedAsync(host, context, cancellationToken).ConfigureAwait(false);
                progress.Tell("restoring the data beside, then swapping");
                var label = "before-restore-" + DateTimeOffset.UtcNow.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);
                var outcome = await database.RestoreAsync(content, label, progress.Within(ChecksumsEnd, 100), cancellationToken).ConfigureAwait(false);
                return new RestoreResult
                {
                    Deployment = context.Deployment,
                    Database = database.Target,
                    KeptAs = outcome.Previous.Location.Length > 0 ? outcome.Previous.Location : null,
                    Tables = outcome.Tables.Count,
                    Rows = outcome.Tables.Sum(table => table.Rows),
                };
            }
        }
    }

    private static async Task RequireStoppedAsync(IAppHost host, DeploymentContext context, CancellationToken cancellationToken)
    {
        var service = await host.GetServiceAsync(context, cancellationToken).ConfigureAwait(false);
        if (service.Status is AppServiceStatus.Stopped or AppServiceStatus.Crashed) return;
        var found = service.Status == AppServiceStatus.Unknown ? "whether it runs could not be found out" : "it runs";
        throw new UpgradeException("ServiceRunning", UpgradeErrorCategory.InvalidOperation, context.Deployment.Name,
            $"'{context.Deployment.Name}' must be stopped before its data is replaced, and {found}.", "Stop it with Stop-AppService first.");
    }

    private static void RequireMatch(DeploymentContext context, BackupManifest manifest, AppSettings settings, bool force)
    {
        var app = context.Spec.Name.Length > 0 ? context.Spec.Name : context.Deployment.App;
        Require(manifest.App.Equals(app, StringComparison.OrdinalIgnoreCase), $"it is of the application '{manifest.App}', not '{app}'");
        Require(manifest.Deployment.Equals(context.Deployment.Name, StringComparison.OrdinalIgnoreCase), $"it is of the deployment '{manifest.Deployment}'");
        var setting = context.Spec.Settings.EncryptionKey;
        var key = settings.Get(setting);
        if (manifest.EncryptionKey is null)
        {
            Require(key is null, $"its data was written without an encryption key, and the deployment has one now ({setting})");
            return;
        }

        Require(key is not null, $"its data is encrypted with the key of {manifest.EncryptionKey.Setting}, and the deployment has none");
        if (key is not null) Require(manifest.EncryptionKey.Matches(key) == true, $"its data is encrypted with another key than the deployment's {manifest.EncryptionKey.Setting}");

        void Require(bool fits, string reason)
        {
            if (fits) return;
            if (!force) throw Mismatch(context, manifest, reason, "Choose another backup, or use -Force where it is meant so.");
            context.Operation.Warning($"The backup '{manifest.Id}' doesn't fit '{context.Deployment.Name}': {reason}. It is restored all the same, as asked.");
        }
    }

    private static async Task RequireSoundAsync(string path, WorkProgress progress, CancellationToken cancellationToken)
    {
        var (_, problems) = await BackupCheck.RunAsync(path, progress, new WorkStage { To = ChecksumsEnd }, cancellationToken).ConfigureAwait(false);
        if (problems.Count == 0) return;
        throw BackupFolder.Corrupt(path, string.Join("; ", problems.Take(3)) + (problems.Count > 3 ? FormattableString.Invariant($"; and {problems.Count - 3} more") : ""));
    }

    // The restore is done by now: what can't be told is no failure of it.
    private static async Task WarnOfVersionAsync(DeploymentContext context, IAppHost host, BackupManifest manifest)
    {
        try
        {
            var installed = await host.ReadInstalledVersionAsync(context, CancellationToken.None).ConfigureAwait(false);
            if (manifest.Version is null || installed is null || installed == manifest.Version) return;
            context.Operation.Warning($"The data is of version {manifest.Version} now, and version {installed} is installed: install {manifest.Version} before starting '{context.Deployment.Name}', else it migrates the data or refuses it.");
        }
        catch (UpgradeException failure)
        {
            context.Operation.Verbose(failure.Message);
        }
    }

    private static UpgradeException Mismatch(DeploymentContext context, BackupManifest manifest, string reason, string remedy) =>
        new("BackupMismatch", UpgradeErrorCategory.InvalidArgument, manifest.Id, $"The backup '{manifest.Id}' doesn't fit '{context.Deployment.Name}': {reason}.", remedy);
}
