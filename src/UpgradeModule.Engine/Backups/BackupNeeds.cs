namespace UpgradeModule.Engine.Backups;

/// <summary>Judges whether a run needs a backup: by its folder, however its path is written, and by its name, where it was moved or is the last copy.</summary>
/// <param name="needed">What runs need.</param>
/// <param name="known">All backups that are known.</param>
internal sealed class BackupNeeds(IReadOnlyList<NeededBackup> needed, IReadOnlyList<AppBackup> known)
{
    /// <summary>Tells whether a run needs a backup.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="leaving">All that are to be removed, this one among them.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The need; <see langword="null"/> where no run needs it, or another whole copy of it stays.</returns>
    public async Task<NeededBackup?> OfAsync(AppBackup backup, IReadOnlyList<AppBackup> leaving, CancellationToken cancellationToken)
    {
        if (needed.FirstOrDefault(one => AreSame(one.Path, backup.Path)) is { } own) return own;
        if (needed.FirstOrDefault(one => one.Id.Length > 0 && one.Id == backup.Id) is not { } need) return null;
        var whole = await ElsewhereAsync(backup, cancellationToken).ConfigureAwait(false);
        if (whole.Any(path => !Leaves(path) || needed.Any(one => AreSame(one.Path, path)))) return null;

        // All of its copies are to go: one of them stays, and which one doesn't hang on the order in which they are asked about.
        if (await IsWholeAsync(backup.Path, backup.Id, cancellationToken).ConfigureAwait(false)) return whole.Any(path => string.CompareOrdinal(Paths.Identity(path), Paths.Identity(backup.Path)) < 0) ? null : need;
        return whole.Count > 0 ? null : need;

        bool Leaves(string path) => leaving.Any(one => AreSame(one.Path, path));
    }

    /// <summary>Finds the other whole copies of a backup that a run needs.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Their folders; none where no run needs it.</returns>
    public async Task<IReadOnlyList<string>> ElsewhereAsync(AppBackup backup, CancellationToken cancellationToken)
    {
        var places = needed.Where(one => one.Id.Length > 0 && one.Id == backup.Id).Select(one => one.Path).ToList();
        if (places.Count == 0) return [];
        places.AddRange(known.Where(one => one.Id == backup.Id).Select(one => one.Path));
        var whole = new List<string>();
        foreach (var place in places.DistinctBy(Paths.Identity, Paths.Comparer))
        {
            if (!AreSame(place, backup.Path) && await IsWholeAsync(place, backup.Id, cancellationToken).ConfigureAwait(false)) whole.Add(place);
        }

        return whole;
    }

    /// <summary>Whether a folder holds a backup with all of its files, by their sizes.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="id">The backup's name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<bool> IsWholeAsync(string path, string id, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = await BackupFolder.ReadManifestAsync(path, cancellationToken).ConfigureAwait(false);
            return manifest.Id == id && File.Exists(Path.Combine(path, ChecksumFile.Name)) && manifest.Files.All(file => new FileInfo(Path.Combine(path, file.Path)) is { Exists: true } found && found.Length == file.Size);
        }
        catch (UpgradeException)
        {
            // There is none, or none that can be read.
            return false;
        }
    }

    private static bool AreSame(string left, string right) => Paths.Comparer.Equals(Paths.Full(left), Paths.Full(right)) || Paths.Comparer.Equals(Paths.Identity(left), Paths.Identity(right));
}
