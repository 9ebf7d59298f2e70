using System.Buffers;
using System.Security.Cryptography;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Backups;

/// <summary>Copies backups: every file is hashed while it is read and again when it is read back, in a hidden folder that gets its name when all is whole.</summary>
internal sealed class BackupCopier
{
    private const int Block = 1 << 20;
    private const long Reserve = 1 << 20;

    private readonly string _source;
    private readonly BackupManifest _manifest;
    private readonly IReadOnlyDictionary<string, string> _digests;
    private readonly IReadOnlyList<string> _files;
    private readonly WorkProgress _progress;

    private BackupCopier(string source, BackupManifest manifest, IReadOnlyDictionary<string, string> digests, IReadOnlyList<string> files, WorkProgress progress) =>
        (_source, _manifest, _digests, _files, _progress) = (source, manifest, digests, files, progress);

    /// <summary>Copies a backup.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="destination">The folder in which the copy's own folder is made.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    public static async Task<AppBackup> CopyAsync(AppBackup backup, string destination, IOperationContext operation, CancellationToken cancellationToken)
    {
        var progress = new WorkProgress(operation, $"Copying {backup.Id}");
        try
        {
            var copier = await OpenAsync(Paths.Full(backup.Path), progress, cancellationToken).ConfigureAwait(false);
            var final = Path.Combine(Paths.Full(destination), copier._manifest.Id);
            if (Paths.Comparer.Equals(final, copier._source)) throw BackupDestination.Invalid(Paths.Full(destination), "the backup lies there already");
            if (Directory.Exists(final) || File.Exists(final)) await copier.RequireSameAsync(final, operation, cancellationToken).ConfigureAwait(false);
            else await copier.MakeAsync(destination, operation, cancellationToken).ConfigureAwait(false);
            return await BackupFolder.DescribeAsync(final, copier._manifest, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            progress.End();
        }
    }

    private static async Task<BackupCopier> OpenAsync(string source, WorkProgress progress, CancellationToken cancellationToken)
    {
        var manifest = await BackupFolder.ReadManifestAsync(source, cancellationToken).ConfigureAwait(false);
        try
        {
            var problems = new List<string>();
            var sums = Path.Combine(source, ChecksumFile.Name);
            if (!File.Exists(sums)) throw BackupFolder.Corrupt(source, $"{ChecksumFile.Name} is missing");
            var digests = ChecksumFile.Parse(await File.ReadAllBytesAsync(sums, cancellationToken).ConfigureAwait(false), problems);
            var files = BackupFolder.Files(source).Order(StringComparer.Ordinal).ToList();
            problems.AddRange(digests.Keys.Except(files).Select(file => $"{file}: it is missing"));
            problems.AddRange(files.Where(file => !IsFree(file) && !digests.ContainsKey(file)).Select(file => $"{file}: it is not in {ChecksumFile.Name}"));
            return problems.Count == 0 ? new BackupCopier(source, manifest, digests, files, progress) : throw BackupFolder.Corrupt(source, string.Join("; ", problems.Take(3)));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(source, failure);
        }
    }

    // Proofs and the checksums themselves have no checksum.
    private static bool IsFree(string file) => BackupFolder.IsProof(file) || file is ChecksumFile.Name or ChecksumFile.SealName;

    private async Task RequireSameAsync(string final, IOperationContext operation, CancellationToken cancellationToken)
    {
        var (_, problems) = Directory.Exists(final) ? await BackupCheck.RunAsync(final, _progress, new WorkStage(), cancellationToken).ConfigureAwait(false) : (0, ["it is a file"]);
        if (problems.Count == 0 && await BackupFolder.DigestAsync(final, cancellationToken).ConfigureAwait(false) != await BackupFolder.DigestAsync(_source, cancellationToken).ConfigureAwait(false)) problems = ["it is another backup"];
        if (problems.Count > 0)
        {
            throw new UpgradeException("BackupExists", UpgradeErrorCategory.ResourceExists, final, $"'{final}' is there already, and is no whole copy of the backup: {string.Join("; ", problems.Take(3))}.", "Remove it, then copy again.");
        }

        operation.Verbose($"'{final}' is there already, and whole: nothing is copied.");
    }

    private async Task MakeAsync(string destination, IOperationContext operation, CancellationToken cancellationToken)
    {
        var place = BackupDestination.Prepare(destination);
        try
        {
            var sizes = _files.ToDictionary(file => file, file => new FileInfo(Path.Combine(_source, file)).Length, StringComparer.Ordinal);
            DiskSpace.Demand(place.Path, sizes.Values.Sum() + Reserve, $"a copy of the backup '{_manifest.Id}'");
            using var folder = PartialFolder.Make(place.Path, _manifest.Id);
            try
            {
                await FillAsync(folder.Path, sizes, cancellationToken).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                folder.Publish();
            }
            catch
            {
                folder.Abandon(operation);
                throw;
            }
        }
        catch (Exception failure)
        {
            place.Forget();
            if (DiskSpace.IsFull(failure)) throw DiskSpace.Full(place.Path, null, failure);
            if (failure is IOException or UnauthorizedAccessException) throw Failed(place.Path, failure.Message.TrimEnd('.'), failure);
            throw;
        }
    }

    private async Task FillAsync(string target, Dictionary<string, long> sizes, CancellationToken cancellationToken)
    {
        var total = sizes.Values.Sum();
        var written = new Dictionary<string, string>(StringComparer.Ordinal);
        _progress.Begin(new WorkStage { What = "copying", Size = total, Parts = _files.Count, Things = "files", To = 60 });
        foreach (var file in _files)
        {
            _progress.Begin(file, sizes[file]);
            var digest = written[file] = await CopyFileAsync(file, Path.Combine(target, file), cancellationToken).ConfigureAwait(false);
            if (!IsFree(file) && digest != _digests[file]) throw BackupFolder.Corrupt(_source, $"{file} was changed, its checksum differs");
            _progress.Finish(file);
        }

        PrivateFiles.Tighten(target);
        foreach (var folder in Directory.EnumerateDirectories(target, "*", SearchOption.AllDirectories)) PrivateFiles.FlushDirectory(folder);
        PrivateFiles.FlushDirectory(target);
        _progress.Begin(new WorkStage { What = "reading back", Size = total, Parts = _files.Count, Things = "files", From = 60 });
        foreach (var file in _files)
        {
            _progress.Begin(file, sizes[file]);
            var path = Path.Combine(target, file);
            PageCache.Forget(path);
            if (await ChecksumFile.HashAsync(path, count => _progress.Moved(file, count), cancellationToken).ConfigureAwait(false) != written[file]) throw Failed(target, $"'{file}' was read back otherwise than it was written", null);
            _progress.Finish(file);
        }
    }

    private async Task<string> CopyFileAsync(string file, string target, CancellationToken cancellationToken)
    {
        PrivateFiles.CreateDirectory(Path.GetDirectoryName(target)!);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = ArrayPool<byte>.Shared.Rent(Block);
        try
        {
            var to = PrivateFiles.Create(target);
            await using (to.ConfigureAwait(false))
            {
                var from = OpenSource(file);
                await using (from.ConfigureAwait(false))
                {
                    int count;
                    while ((count = await ReadAsync(from, block, cancellationToken).ConfigureAwait(false)) > 0)
                    {
                        hash.AppendData(block, 0, count);
                        await to.WriteAsync(block.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                        _progress.Moved(file, count);
                    }
                }

                to.Flush(flushToDisk: true);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        return Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
    }

    private FileStream OpenSource(string file)
    {
        try
        {
            return new FileStream(Path.Combine(_source, file), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(_source, failure);
        }
    }

    private async Task<int> ReadAsync(FileStream from, byte[] block, CancellationToken cancellationToken)
    {
        try
        {
            return await from.ReadAsync(block, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            throw Unreadable(_source, failure);
        }
    }

    private static UpgradeException Unreadable(string source, Exception failure) =>
        new("BackupUnreadable", UpgradeErrorCategory.ReadError, source, $"The backup '{source}' can't be read: {failure.Message}", "Read it as the user who made it.", failure);

    private static UpgradeException Failed(string destination, string reason, Exception? inner) =>
        new("BackupCopyFailed", UpgradeErrorCategory.WriteError, destination, $"The backup could not be copied to '{destination}': {reason}.", "Nothing is left of the copy. Look after the disk or the share, then copy again.", inner);
}
