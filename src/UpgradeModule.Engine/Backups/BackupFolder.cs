using System.Security.Cryptography;
using System.Text.Json;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Backups;

/// <summary>The folder of a backup: where its parts are, and how they are read.</summary>
internal static class BackupFolder
{
    /// <summary>The manifest's name.</summary>
    public const string ManifestName = "manifest.json";

    /// <summary>How the names of proofs begin.</summary>
    public const string ProofPrefix = "proof-";

    private const string DataPrefix = "data/";

    /// <summary>Whether a folder is, or was meant to be, a backup.</summary>
    /// <param name="path">The folder.</param>
    public static bool IsBackup(string path) => File.Exists(Path.Combine(path, ManifestName));

    /// <summary>Whether a path in the folder is a proof, which checksums don't cover.</summary>
    /// <param name="path">The path from the folder.</param>
    public static bool IsProof(string path) =>
        path.StartsWith(ProofPrefix, StringComparison.Ordinal) && path.EndsWith(".json", StringComparison.Ordinal) && !path.Contains('/', StringComparison.Ordinal);

    /// <summary>Whether a path in the folder is one that data files have.</summary>
    /// <param name="path">The path from the folder.</param>
    public static bool IsData(string path) => path.StartsWith(DataPrefix, StringComparison.Ordinal) && ChecksumFile.IsInside(path);

    /// <summary>Reads the manifest.</summary>
    /// <param name="path">The backup's folder.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>BackupNotFound</c>, <c>BackupCorrupt</c>, <c>BackupTooNew</c>.</exception>
    public static async Task<BackupManifest> ReadManifestAsync(string path, CancellationToken cancellationToken)
    {
        if (!IsBackup(path)) throw NotFound(path);
        try
        {
            var text = await File.ReadAllTextAsync(Path.Combine(path, ManifestName), cancellationToken).ConfigureAwait(false);
            var manifest = JsonDefaults.Deserialize(text, BackupJsonContext.Default.BackupManifest);
            if (manifest.FormatVersion > BackupManifest.KnownFormat)
            {
                throw new UpgradeException("BackupTooNew", UpgradeErrorCategory.InvalidOperation, path,
                    FormattableString.Invariant($"The backup '{path}' was made by UpgradeModule {manifest.ModuleVersion} in format {manifest.FormatVersion}; this one knows formats up to {BackupManifest.KnownFormat}."), "Update the module.");
            }

            if (manifest.Files.Any(file => !IsData(file.Path))) throw Corrupt(path, "its manifest names a file outside the backup");
            return manifest.Id.Length > 0 ? manifest : throw Corrupt(path, "its manifest has no id");
        }
        catch (JsonException failure)
        {
            throw Corrupt(path, $"its manifest can't be read ({failure.Message.TrimEnd('.')})", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UpgradeException("BackupUnreadable", UpgradeErrorCategory.ReadError, path, $"The backup '{path}' can't be read: {failure.Message}", "Read it as the user who made it.", failure);
        }
    }

    /// <summary>The record of a backup.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<AppBackup> DescribeAsync(string path, BackupManifest manifest, CancellationToken cancellationToken) => new()
    {
        Id = manifest.Id,
        Deployment = manifest.Deployment,
        App = manifest.App,
        Version = manifest.Version,
        Edition = manifest.Edition,
        Engine = manifest.Engine,
        EngineVersion = manifest.EngineVersion,
        Database = manifest.Database,
        Machine = manifest.Machine,
        Created = manifest.SnapshotOn,
        Path = path,
        Size = manifest.Size,
        Tables = manifest.Tables.Count,
        Rows = manifest.Tables.Sum(table => table.Rows),
        ProvenOn = await ReadProvenAsync(path, manifest.Id, cancellationToken).ConfigureAwait(false),
        Invariants = manifest.Invariants,
    };

    /// <summary>The data as an engine restores it.</summary>
    /// <param name="path">The backup's folder.</param>
    /// <param name="manifest">Its manifest.</param>
    public static BackupContent Content(string path, BackupManifest manifest) => new()
    {
        Directory = path,
        Format = manifest.Format,
        Files = [.. manifest.Files.Select(file => file.Path)],
        Tables = manifest.Tables,
    };

    /// <summary>The files beneath a folder, by paths with forward slashes.</summary>
    /// <param name="path">The folder.</param>
    public static IEnumerable<string> Files(string path) =>
        Directory.EnumerateFiles(path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Select(file => Path.GetRelativePath(path, file).Replace(Path.DirectorySeparatorChar, '/'));

    /// <summary>The SHA-256 of the checksums' file, which stands for the whole backup.</summary>
    /// <param name="path">The backup's folder.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<string> DigestAsync(string path, CancellationToken cancellationToken) =>
        Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(path, ChecksumFile.Name), cancellationToken).ConfigureAwait(false))).ToLowerInvariant();

    /// <summary>There is no backup.</summary>
    /// <param name="path">Where.</param>
    public static UpgradeException NotFound(string path) => IsArchive(path)
        ? new("BackupNotFound", UpgradeErrorCategory.ObjectNotFound, path, $"'{path}' is no backup of this module: it has neither a manifest nor checksums to be tested by.", "Where it is an archive of the database's own tools (pg_dump, a SQLite file), Restore-AppDatabase -ArchivePath restores it beside the live data and counts its rows. Backup-AppDatabase makes backups that can be proven.")
        : new("BackupNotFound", UpgradeErrorCategory.ObjectNotFound, path, $"There is no backup in '{path}'.", "Get-AppBackup lists the backups that are known; -Path looks into a folder.");

    // A file, or what pg_dump makes of a folder.
    private static bool IsArchive(string path) => File.Exists(path) || File.Exists(Path.Combine(path, "toc.dat"));

    /// <summary>A backup is damaged.</summary>
    /// <param name="path">The backup's folder.</param>
    /// <param name="reason">What was found.</param>
    /// <param name="inner">The cause.</param>
    public static UpgradeException Corrupt(string path, string reason, Exception? inner = null) =>
        new("BackupCorrupt", UpgradeErrorCategory.SecurityError, path, $"The backup '{path}' is damaged: {reason}.", "Use another backup.", inner);

    // A proof that can't be read, or was given to other files, proves nothing, and is no failure either.
    private static async Task<DateTimeOffset?> ReadProvenAsync(string path, string id, CancellationToken cancellationToken)
    {
        DateTimeOffset? newest = null;
        try
        {
            var proofs = Directory.EnumerateFiles(path, ProofPrefix + "*.json").ToList();
            if (proofs.Count == 0) return null;
            var digest = await DigestAsync(path, cancellationToken).ConfigureAwait(false);
            foreach (var file in proofs)
            {
                if (await ProofFile.ReadAsync(file, cancellationToken).ConfigureAwait(false) is not { } proof) continue;
                if (proof.Backup == id && proof.Checksums == digest && !(proof.ProvenOn <= newest)) newest = proof.ProvenOn;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return newest;
        }

        return newest;
    }
}
