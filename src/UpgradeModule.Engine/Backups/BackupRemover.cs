using UpgradeModule.Engine.Backups.Retention;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Backups;

/// <summary>Removes backups, but never the last proven one of a deployment by a rule, nor one that a run may yet need.</summary>
internal sealed class BackupRemover(BackupServices services, string usualFolder)
{
    /// <summary>Tells what would be done with each backup, oldest first; nothing is done.</summary>
    /// <param name="request">Which.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<BackupRemoval>> PlanAsync(BackupRemovalRequest request, IOperationContext operation, CancellationToken cancellationToken)
    {
        var given = request.Backups.DistinctBy(backup => Paths.Identity(backup.Path), Paths.Comparer).ToList();
        var needed = await services.NeededByRuns(given, operation, cancellationToken).ConfigureAwait(false);
        // The rule judges what was handed in; whether one is the last that is proven, all that are known tell.
        var all = await AllAsync(given, operation, cancellationToken).ConfigureAwait(false);
        var kept = request.Rule is null ? null : RetentionPlan.Kept(given, request.Rule, DateTimeOffset.UtcNow);
        var leaving = given.Where(backup => kept?.ContainsKey(backup) != true).ToList();
        var needs = new BackupNeeds(needed, all);
        var why = new Dictionary<AppBackup, NeededBackup>(ReferenceEqualityComparer.Instance);
        foreach (var backup in leaving)
        {
            if (await needs.OfAsync(backup, leaving, cancellationToken).ConfigureAwait(false) is { } need) why[backup] = need;
        }

        var going = leaving.Where(backup => !why.ContainsKey(backup)).Select(backup => Paths.Identity(backup.Path)).ToHashSet(Paths.Comparer);
        var plan = new List<BackupRemoval>();
        foreach (var backup in given.OrderBy(backup => backup.Created).ThenBy(backup => backup.Id, StringComparer.Ordinal)) plan.Add(Judge(backup));
        return plan;

        BackupRemoval Judge(AppBackup backup)
        {
            if (kept?.GetValueOrDefault(backup) is { } reason) return new BackupRemoval(backup, reason, null);
            if (why.GetValueOrDefault(backup) is { } need) return Protect(backup, request.Rule, need.Reason, "BackupNeeded", "Finish the run first, by Complete-UpgradeRun, Resume-UpgradeRun or Undo-UpgradeRun.");
            if (!request.Force || request.Rule is not null)
            {
                if (IsLastProven(backup, all, going)) return Protect(backup, request.Rule, "it is the last of its deployment that is proven", "BackupProtected", "Prove a newer one first with Test-AppBackup, or use -Force where it is meant so.");
            }

            return new BackupRemoval(backup, null, null);
        }
    }

    /// <summary>Removes a backup. It gets a hidden name first: cut short, nothing is left that looks whole.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work before it begins.</param>
    /// <exception cref="UpgradeException"><c>BackupNotFound</c>, <c>BackupCorrupt</c>, <c>BackupNeeded</c>, <c>BackupRemoveFailed</c>.</exception>
    public async Task RemoveAsync(AppBackup backup, IOperationContext operation, CancellationToken cancellationToken)
    {
        var path = Paths.Full(backup.Path);
        var manifest = await BackupFolder.ReadManifestAsync(path, cancellationToken).ConfigureAwait(false);
        if (backup.Id.Length > 0 && manifest.Id != backup.Id) throw Failed(path, $"another backup, '{manifest.Id}', lies there now");
        // Somebody may have taken long to answer: a run may have begun meanwhile.
        var one = backup with { Id = manifest.Id };
        var needed = await services.NeededByRuns([backup], operation, cancellationToken).ConfigureAwait(false);
        var needs = new BackupNeeds(needed, needed.Any(other => other.Id == one.Id) ? await AllAsync([one], operation, cancellationToken).ConfigureAwait(false) : [one]);
        if (await needs.OfAsync(one, [one], cancellationToken).ConfigureAwait(false) is { } need) throw Refusal(one, need.Reason, "BackupNeeded", "Finish the run first.");
        var others = await needs.ElsewhereAsync(one, cancellationToken).ConfigureAwait(false);
        if (Directory.EnumerateDirectories(path, "*", SearchOption.AllDirectories).FirstOrDefault(BackupFolder.IsBackup) is { } other) throw Failed(path, $"another backup lies in it, '{other}'");
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var hidden = PartialFolder.RemovedName(path);
            Directory.Move(path, hidden);
            await RequireAsync(one, others, path, hidden).ConfigureAwait(false);
            PrivateFiles.FlushDirectory(Path.GetDirectoryName(path)!);
            await services.Store.ForgetBackupAsync(path, CancellationToken.None).ConfigureAwait(false);
            await Task.Run(() => PartialFolder.RemoveLeft(hidden), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failed(path, failure.Message.TrimEnd('.'), failure);
        }
    }

    /// <summary>Removes what a killed process left.</summary>
    /// <param name="folder">The hidden folder.</param>
    /// <param name="cancellationToken">Ends the work before it begins.</param>
    public static async Task RemoveLeftAsync(string folder, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Run(() => PartialFolder.RemoveLeft(folder), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Failed(folder, failure.Message.TrimEnd('.'), failure);
        }
    }

    private static BackupRemoval Protect(AppBackup backup, RetentionRule? rule, string reason, string errorId, string remedy) =>
        rule is not null ? new BackupRemoval(backup, reason, null) : new BackupRemoval(backup, reason, Refusal(backup, reason, errorId, remedy));

    // What went away together with it was no copy but the same folder, by another mount.
    private static async Task RequireAsync(AppBackup backup, IReadOnlyList<string> others, string path, string hidden)
    {
        foreach (var other in others)
        {
            if (await BackupNeeds.IsWholeAsync(other, backup.Id, CancellationToken.None).ConfigureAwait(false)) continue;
            Directory.Move(hidden, path);
            throw Refusal(backup, $"'{other}' is the same folder, and a run may need it", "BackupNeeded", "Finish the run first.");
        }
    }

    // Of copies in several places one is enough: the others may go.
    private static bool IsLastProven(AppBackup given, IReadOnlyList<AppBackup> all, HashSet<string> going)
    {
        // What is on the disk counts: what was handed in may be older.
        var identity = Paths.Identity(given.Path);
        var backup = all.FirstOrDefault(one => Paths.Comparer.Equals(Paths.Identity(one.Path), identity)) ?? given;
        var proven = all.Where(one => one.ProvenOn is not null && BackupGroup.Of(one) == BackupGroup.Of(backup)).ToList();
        if (proven.Count == 0 || backup.ProvenOn is null) return false;
        var newest = proven.MaxBy(one => one.Created)!.Id;
        if (backup.Id != newest) return false;
        var copies = proven.Where(one => one.Id == newest).ToList();
        var staying = copies.Where(one => !going.Contains(Paths.Identity(one.Path))).ToList();
        return staying.Count == 0 && Paths.Comparer.Equals(Paths.Identity(copies.MinBy(one => one.Path, StringComparer.Ordinal)!.Path), identity);
    }

    private static UpgradeException Refusal(AppBackup backup, string reason, string errorId, string remedy) =>
        new(errorId, UpgradeErrorCategory.InvalidOperation, backup.Id, $"The backup '{backup.Id}' is not removed: {reason}.", remedy);

    private static UpgradeException Failed(string path, string reason, Exception? inner = null) =>
        new("BackupRemoveFailed", inner is UnauthorizedAccessException ? UpgradeErrorCategory.PermissionDenied : UpgradeErrorCategory.WriteError, path, $"The backup '{path}' could not be removed: {reason}.", "Remove-AppBackup -IncludePartial removes what is left of it.", inner);

    private async Task<IReadOnlyList<AppBackup>> AllAsync(IReadOnlyList<AppBackup> given, IOperationContext operation, CancellationToken cancellationToken)
    {
        var lister = new BackupLister(services.Store);
        var all = new List<AppBackup>(await lister.ListAsync(new BackupQuery(), usualFolder, NullOperationContext.Instance, cancellationToken).ConfigureAwait(false));
        foreach (var folder in given.Select(backup => Path.GetDirectoryName(Paths.Full(backup.Path))!).Distinct(Paths.Comparer))
        {
            if (Directory.Exists(folder)) all.AddRange(await lister.ListAsync(new BackupQuery { Path = folder }, usualFolder, NullOperationContext.Instance, cancellationToken).ConfigureAwait(false));
        }

        // By whatever paths it is listed, a folder is one backup.
        all = [.. all.Concat(given).DistinctBy(backup => Paths.Identity(backup.Path), Paths.Comparer)];
        operation.Verbose(FormattableString.Invariant($"{all.Count} backups are known."));
        return all;
    }
}
