using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Backups;

/// <summary>Makes a backup: built whole in a hidden folder beside its place, flushed, then renamed. What fails or is cancelled leaves nothing.</summary>
internal sealed class BackupWriter(BackupServices services)
{
    private const long Reserve = 16 << 20;
    private const double DumpEnd = 85;
    private const double ChecksumsEnd = 99;

    /// <summary>Makes a backup.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="destination">The folder in which its own folder is made.</param>
    /// <param name="options">How its data is written.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The backup's folder and manifest.</returns>
    public async Task<(string Path, BackupManifest Manifest)> WriteAsync(DeploymentContext context, string destination, BackupOptions options, CancellationToken cancellationToken)
    {
        var progress = new WorkProgress(context.Operation, $"Backing up {context.Deployment.Name}");
        try
        {
            progress.Tell("looking at the database");
            var host = services.Hosts(context.Deployment.HostKind);
            if (context.Spec.Backup.RequiresStop) await RequireStoppedAsync(host, context, cancellationToken).ConfigureAwait(false);
            var settings = await host.ReadSettingsAsync(context, cancellationToken).ConfigureAwait(false);
            var version = await host.ReadInstalledVersionAsync(context, cancellationToken).ConfigureAwait(false) ?? context.Deployment.Version;
            var database = await services.OpenDatabase(context, settings, cancellationToken).ConfigureAwait(false);
            await using (database.ConfigureAwait(false))
            {
                var facts = await database.InspectAsync(cancellationToken).ConfigureAwait(false);
                WarnOfTheRest(context);
                var place = BackupDestination.Prepare(destination);
                try
                {
                    RequireSpace(place.Path, database.Engine, facts);
                    var id = NewId(context.Deployment.Name);
                    var start = Start(context, settings, version, database) with { Id = id };
                    var manifest = await BuildAsync(place.Path, start, database, options, context.Operation, progress, cancellationToken).ConfigureAwait(false);
                    return (Path.Combine(place.Path, id), manifest);
                }
                catch
                {
                    place.Forget();
                    throw;
                }
            }
        }
        finally
        {
            progress.End();
        }
    }

    private static BackupManifest Start(DeploymentContext context, AppSettings settings, AppVersion? version, IAppDatabase database)
    {
        var keySetting = context.Spec.Settings.EncryptionKey;
        return new BackupManifest
        {
            ModuleVersion = ModuleVersion.Current,
            Deployment = context.Deployment.Name,
            App = context.Spec.Name.Length > 0 ? context.Spec.Name : context.Deployment.App,
            Version = version,
            Edition = context.Deployment.Edition,
            Engine = database.Engine,
            Database = database.Target.ToString(),
            Machine = Environment.MachineName,
            Queries = InvariantSelection.For(context.Spec, database.Engine, version),
            EncryptionKey = settings.Get(keySetting) is { } key ? KeyFingerprint.Of(keySetting!, key) : null,
        };
    }

    private static async Task<BackupManifest> BuildAsync(string destination, BackupManifest start, IAppDatabase database, BackupOptions options, IOperationContext operation, WorkProgress progress, CancellationToken cancellationToken)
    {
        Sweep(destination, operation);
        using var folder = PartialFolder.Make(destination, start.Id);
        var partial = folder.Path;
        try
        {
            progress.Tell("copying the data");
            var dump = await database.DumpAsync(partial, start.Queries, options, progress.Within(0, DumpEnd), cancellationToken).ConfigureAwait(false);
            PrivateFiles.Tighten(partial);
            var manifest = Complete(start, dump, partial);
            var digests = await HashAsync(partial, manifest, dump, progress, cancellationToken).ConfigureAwait(false);
            progress.Tell("flushing to the disk");
            var json = JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJsonContext.Default.BackupManifest);
            digests[BackupFolder.ManifestName] = Convert.ToHexString(SHA256.HashData(json)).ToLowerInvariant();
            await PrivateFiles.WriteAsync(Path.Combine(partial, BackupFolder.ManifestName), json, cancellationToken).ConfigureAwait(false);
            var sums = ChecksumFile.Format(digests);
            await PrivateFiles.WriteAsync(Path.Combine(partial, ChecksumFile.Name), sums, cancellationToken).ConfigureAwait(false);
            await PrivateFiles.WriteAsync(Path.Combine(partial, ChecksumFile.SealName), ChecksumFile.Seal(sums), cancellationToken).ConfigureAwait(false);
            Flush(partial, manifest);
            cancellationToken.ThrowIfCancellationRequested();
            folder.Publish();
            return manifest;
        }
        catch (Exception failure)
        {
            folder.Abandon(operation);
            if (DiskSpace.IsFull(failure)) throw DiskSpace.Full(destination, null, failure);
            if (failure is IOException or UnauthorizedAccessException)
            {
                throw new UpgradeException("BackupFailed", UpgradeErrorCategory.WriteError, destination, $"The backup of '{start.Deployment}' could not be written to '{destination}': {failure.Message.TrimEnd('.')}.", "Nothing is left of it.", failure);
            }

            throw;
        }
    }

    private static BackupManifest Complete(BackupManifest start, DumpResult dump, string partial)
    {
        // What the dump left there is what counts, not what it says: a file that nobody lists would not be guarded by checksums.
        var found = BackupFolder.Files(partial).Order(StringComparer.Ordinal).ToList();
        var odd = found.Except(dump.Files).Concat(dump.Files.Except(found)).Concat(dump.Files.Where(file => !BackupFolder.IsData(file))).FirstOrDefault();
        if (odd is not null)
        {
            throw new UpgradeException("BackupFailed", UpgradeErrorCategory.InvalidData, partial, $"The copy of the data is not whole: '{odd}' is {(found.Contains(odd) ? "no part of it" : "missing")}.", "Nothing is left of the backup.");
        }

        // In the order of the dump: formats with several files may depend on it.
        var files = dump.Files.Select(file => new BackupFile { Path = file, Size = new FileInfo(Path.Combine(partial, file)).Length }).ToList();
        return start with
        {
            EngineVersion = dump.EngineVersion,
            Format = dump.Format,
            SnapshotOn = dump.SnapshotOn.ToUniversalTime(),
            Created = DateTimeOffset.UtcNow,
            Size = files.Sum(file => file.Size),
            Files = files,
            Tables = dump.Tables,
            Invariants = dump.Invariants,
            Tools = dump.Tools,
            Sealed = true,
        };
    }

    private static async Task<Dictionary<string, string>> HashAsync(string partial, BackupManifest manifest, DumpResult dump, WorkProgress progress, CancellationToken cancellationToken)
    {
        var digests = new Dictionary<string, string>(StringComparer.Ordinal);
        // What was hashed while it was written needn't be read again.
        foreach (var (file, digest) in dump.Digests) digests[file] = digest;
        var left = manifest.Files.Where(file => !digests.ContainsKey(file.Path)).ToList();
        progress.Begin(new WorkStage { What = "computing checksums", Size = left.Sum(file => file.Size), Parts = left.Count, Things = "files", From = DumpEnd, To = ChecksumsEnd });
        foreach (var file in left)
        {
            progress.Begin(file.Path, file.Size);
            digests[file.Path] = await ChecksumFile.HashAsync(Path.Combine(partial, file.Path), count => progress.Moved(file.Path, count), cancellationToken).ConfigureAwait(false);
            progress.Finish(file.Path);
        }

        return digests;
    }

    // What killed processes left is of no more use, and takes the room that this one needs.
    private static void Sweep(string destination, IOperationContext operation)
    {
        foreach (var left in PartialFolder.FindLeft(destination))
        {
            try
            {
                PartialFolder.RemoveLeft(left);
                operation.Verbose($"'{left}', which a process left that was killed, is removed.");
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                operation.Verbose($"'{left}', which a process left that was killed, could not be removed: {failure.Message}");
            }
        }
    }

    private static void Flush(string partial, BackupManifest manifest)
    {
        foreach (var file in manifest.Files) PrivateFiles.FlushFile(Path.Combine(partial, file.Path));
        foreach (var folder in Directory.EnumerateDirectories(partial, "*", SearchOption.AllDirectories)) PrivateFiles.FlushDirectory(folder);
        PrivateFiles.FlushDirectory(partial);
    }

    private static async Task RequireStoppedAsync(Deployments.IAppHost host, DeploymentContext context, CancellationToken cancellationToken)
    {
        var service = await host.GetServiceAsync(context, cancellationToken).ConfigureAwait(false);
        if (service.Status is AppServiceStatus.Stopped or AppServiceStatus.Crashed) return;
        throw new UpgradeException("ServiceRunning", UpgradeErrorCategory.InvalidOperation, context.Deployment.Name,
            $"A consistent backup of {context.Spec.DisplayName} needs '{context.Deployment.Name}' stopped, and it is not.", "Stop it with Stop-AppService first.");
    }

    private static void WarnOfTheRest(DeploymentContext context)
    {
        var rest = context.Spec.Backup.Stores.Where(store => !store.Equals("database", StringComparison.OrdinalIgnoreCase)).ToList();
        if (rest.Count > 0) context.Operation.Warning($"The backup of '{context.Deployment.Name}' holds the database; what {context.Spec.DisplayName} keeps besides is not in it: {string.Join(", ", rest)}.");
        if (context.Spec.Backup.Note is { } note) context.Operation.Verbose(note);
    }

    private void RequireSpace(string destination, DatabaseEngine engine, DatabaseFacts facts)
    {
        // A server's size counts indexes, which a dump leaves out, and a dump is compressed; a file is copied as it is.
        var needed = (engine is DatabaseEngine.Sqlite or DatabaseEngine.H2 ? facts.Size : facts.Size / 2) + Reserve;
        if (services.FreeSpace(destination) < needed) throw DiskSpace.Full(destination, needed);
    }

    private static string NewId(string deployment)
    {
        var name = string.Concat(deployment.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')).TrimStart('.', '-');
        var time = DateTimeOffset.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        return $"{(name.Length == 0 ? "backup" : name)}-{time}-{RandomNumberGenerator.GetString("abcdefghjkmnpqrstuvwxyz23456789", 4)}";
    }
}
