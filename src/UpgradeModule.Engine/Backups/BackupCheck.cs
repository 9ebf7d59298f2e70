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
        var present = BackupFolder.Files(path).Where(file => !BackupFolder.IsProof(file) && file != ChecksumFile.Name).Order(StringComparer.Ordinal).ToList();
        var listed = await ReadListAsync(path, problems, cancellationToken).ConfigureAwait(false);
        problems.AddRange(listed.Keys.Except(present).Order(StringComparer.Ordinal).Select(file => $"{file}: it is missing"));
        problems.AddRange(present.Where(file => !listed.ContainsKey(file)).Select(file => $"{file}: it is not in {ChecksumFile.Name}"));
        if (!listed.ContainsKey(BackupFolder.ManifestName)) problems.Add($"{ChecksumFile.Name}: it has no checksum of {BackupFolder.ManifestName}");
        var sizes = await ReadSizesAsync(path, listed, problems, cancellationToken).ConfigureAwait(false);
        var toHash = present.Where(listed.ContainsKey).ToList();
        progress.Begin(stage with { What = "checking checksums", Size = toHash.Sum(file => Length(path, file)), Parts = toHash.Count, Things = "files" });
        foreach (var file in toHash)
        {
            progress.Begin(file, Length(path, file));
            if (await CheckFileAsync(path, file, listed[file], sizes, count => progress.Moved(file, count), cancellationToken).ConfigureAwait(false) is { } problem) problems.Add(problem);
            progress.Finish(file);
        }

        return (toHash.Count, problems);
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

    private static async Task<Dictionary<string, long>> ReadSizesAsync(string path, IReadOnlyDictionary<string, string> listed, List<string> problems, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = await BackupFolder.ReadManifestAsync(path, cancellationToken).ConfigureAwait(false);
            problems.AddRange(manifest.Files.Where(file => !listed.ContainsKey(file.Path)).Select(file => $"{ChecksumFile.Name}: it has no checksum of {file.Path}"));
            return manifest.Files.DistinctBy(file => file.Path).ToDictionary(file => file.Path, file => file.Size, StringComparer.Ordinal);
        }
        catch (UpgradeException failure) when (failure.ErrorId is "BackupCorrupt" or "BackupNotFound")
        {
            problems.Add($"{BackupFolder.ManifestName}: it can't be read");
            return [];
        }
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
