using System.Globalization;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Backups;

/// <summary>Compares a backup's files with its checksums: none missing, none more, none changed.</summary>
internal static class BackupCheck
{
    /// <summary>Checks a backup.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="progress">Who is told.</param>
    /// <param name="stage">Which part of the work it is.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>How many files were hashed, and what is not as it should be.</returns>
    /// <exception cref="UpgradeException"><c>BackupNotFound</c>.</exception>
    public static async Task<(int Files, IReadOnlyList<string> Problems)> RunAsync(string path, WorkProgress progress, WorkStage stage, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(path)) throw BackupFolder.NotFound(path);
        var problems = new List<string>();
        var present = BackupFolder.Files(path).Where(file => !BackupFolder.IsProof(file) && file is not (ChecksumFile.Name or ChecksumFile.SealName)).Order(StringComparer.Ordinal).ToList();
        var listed = await ReadListAsync(path, problems, cancellationToken).ConfigureAwait(false);
        problems.AddRange(listed.Keys.Except(present).Order(StringComparer.Ordinal).Select(file => $"{file}: it is missing"));
        problems.AddRange(present.Where(file => !listed.ContainsKey(file)).Select(file => $"{file}: it is not in {ChecksumFile.Name}"));
        if (!listed.ContainsKey(BackupFolder.ManifestName)) problems.Add($"{ChecksumFile.Name}: it has no checksum of {BackupFolder.ManifestName}");
        var (sizes, isSealed) = await ReadSizesAsync(path, listed, problems, cancellationToken).ConfigureAwait(false);
        var toHash = present.Where(listed.ContainsKey).ToList();
        progress.Begin(stage with { What = "checking checksums", Size = toHash.Sum(file => Length(path, file)), Parts = toHash.Count, Things = "files" });
        foreach (var file in toHash)
        {
            progress.Begin(file, Length(path, file));
            if (await CheckFileAsync(path, file, listed[file], sizes, count => progress.Moved(file, count), cancellationToken).ConfigureAwait(false) is { } problem) problems.Add(problem);
            progress.Finish(file);
        }

        if (await CheckSealAsync(path, isSealed, problems.Count == 0, cancellationToken).ConfigureAwait(false) is { } broken) problems.Insert(0, broken);
        return (toHash.Count, problems);
    }

    /// <summary>Checks the proofs of a backup. One that is damaged says nothing of the data, but of the disk that it lies on.</summary>
    /// <param name="path">The backup's folder.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What is not as it should be.</returns>
    public static async Task<IReadOnlyList<string>> ProofsAsync(string path, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var file in BackupFolder.Files(path).Where(BackupFolder.IsProof).Order(StringComparer.Ordinal))
        {
            try
            {
                if (await ProofFile.ReadAsync(Path.Combine(path, file), cancellationToken).ConfigureAwait(false) is null) problems.Add($"{file}: it was changed, and proves nothing; removed, the backup is as good without it");
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                problems.Add($"{file}: it can't be read: {failure.Message}");
            }
        }

        return problems;
    }

    // A link to nowhere, or a file that goes this moment, is told when it is read.
    private static long Length(string path, string file) => new FileInfo(Path.Combine(path, file)) is { Exists: true } info ? info.Length : 0;

    private static async Task<IReadOnlyDictionary<string, string>> ReadListAsync(string path, List<string> problems, CancellationToken cancellationToken)
    {
        var file = Path.Combine(path, ChecksumFile.Name);
        if (File.Exists(file)) return ChecksumFile.Parse(await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false), problems);
        problems.Add($"{ChecksumFile.Name}: it is missing");
        return new Dictionary<string, string>();
    }

    private static async Task<(Dictionary<string, long> Sizes, bool Sealed)> ReadSizesAsync(string path, IReadOnlyDictionary<string, string> listed, List<string> problems, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = await BackupFolder.ReadManifestAsync(path, cancellationToken).ConfigureAwait(false);
            problems.AddRange(manifest.Files.Where(file => !listed.ContainsKey(file.Path)).Select(file => $"{ChecksumFile.Name}: it has no checksum of {file.Path}"));
            return (manifest.Files.DistinctBy(file => file.Path).ToDictionary(file => file.Path, file => file.Size, StringComparer.Ordinal), manifest.Sealed);
        }
        catch (UpgradeException failure) when (failure.ErrorId is "BackupCorrupt" or "BackupNotFound")
        {
            problems.Add($"{BackupFolder.ManifestName}: it can't be read");
            return ([], false);
        }
    }

    // Where both differ, the files tell which of them is wrong.
    private static async Task<string?> CheckSealAsync(string path, bool isSealed, bool filesAreSound, CancellationToken cancellationToken)
    {
        var (sums, seal) = (Path.Combine(path, ChecksumFile.Name), Path.Combine(path, ChecksumFile.SealName));
        if (!File.Exists(seal)) return isSealed ? $"{ChecksumFile.SealName}: it is missing" : null;
        if (!File.Exists(sums)) return null;
        var content = await File.ReadAllBytesAsync(seal, cancellationToken).ConfigureAwait(false);
        var problems = new List<string>();
        var listed = ChecksumFile.Parse(content, problems);
        if (problems.Count > 0 || listed.Count != 1 || !listed.ContainsKey(ChecksumFile.Name)) return $"{ChecksumFile.SealName}: it is no checksum of {ChecksumFile.Name}";
        var right = ChecksumFile.Seal(await File.ReadAllBytesAsync(sums, cancellationToken).ConfigureAwait(false));
        if (content.SequenceEqual(right)) return null;
        return filesAreSound ? $"{ChecksumFile.SealName}: it was changed" : $"{ChecksumFile.Name}: it was changed, its checksum differs; so what it says of other files may be wrong";
    }

    private static async Task<string?> CheckFileAsync(string path, string file, string digest, Dictionary<string, long> sizes, Action<int> count, CancellationToken cancellationToken)
    {
        try
        {
            var full = Path.Combine(path, file);
            if (await ChecksumFile.HashAsync(full, count, cancellationToken).ConfigureAwait(false) == digest) return null;
            var length = new FileInfo(full).Length;
            return sizes.TryGetValue(file, out var size) && size != length
                ? string.Create(CultureInfo.InvariantCulture, $"{file}: it has {length:N0} bytes instead of {size:N0}")
                : $"{file}: it was changed, its checksum differs";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"{file}: it can't be read: {failure.Message}";
        }
    }
}
