using System.Globalization;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.H2.Contained;

/// <summary>
/// Puts data into the place of a file in a container that is stopped, and keeps what was there. An engine's archive API can't rename, so this is done
/// by second names: the new data is written under one of its own and read back, the present file gets the name that it is kept under, and then the new
/// data gets the file's name. Both are whole under a name of theirs all the time; the file's own name is missing for the instant in which it changes hands.
/// </summary>
/// <param name="file">The file.</param>
internal sealed class H2ContainedKeeper(H2ContainedFile file)
{
    private const string Kind = "DatabaseFile";
    private const string LabelKey = "label";
    private const string LiveKey = "live";
    private const string Mark = ".um-";
    private const string Next = "next";

    /// <summary>Writes a file of this machine beside the live one, reads it back, and puts it into its place.</summary>
    /// <param name="source">The file of this machine.</param>
    /// <param name="label">The label of what is kept.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    /// <returns>What is kept; <see langword="null"/> where there was no file.</returns>
    public async Task<ReturnPoint?> ReplaceAsync(string source, string label, CancellationToken cancellationToken)
    {
        var started = await file.RequireStoppedAsync(cancellationToken).ConfigureAwait(false);
        var next = file.Name + Mark + Next;
        var present = await file.Folder.FindAsync(file.Name, cancellationToken).ConfigureAwait(false);
        var mark = await MarkAsync(present is not null ? file.Name : next, cancellationToken).ConfigureAwait(false);
        try
        {
            var stream = H2File.Open(source);
            await using (stream.ConfigureAwait(false)) await file.Folder.WriteAsync(next, stream, mark with { Modified = DateTimeOffset.UtcNow }, cancellationToken).ConfigureAwait(false);
            var (sent, found) = (await H2ContainedFile.DigestOfAsync(source, cancellationToken).ConfigureAwait(false), await file.DigestAsync(next, cancellationToken).ConfigureAwait(false));
            if (sent != found) throw new UpgradeException("RestoreFailed", UpgradeErrorCategory.InvalidData, file.FullPath, $"What was written to '{file.Folder.PathOf(next)}' in the container '{file.Folder.Container}' reads back otherwise.", "Look into the container engine's log and at its disk; nothing was changed.");
            await file.RequireUntouchedAsync(started, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception)
        {
            await TryFreeAsync(next).ConfigureAwait(false);
            throw;
        }

        return await SwapAsync(next, label, present is not null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts a kept file into the place of the live one.</summary>
    /// <param name="point">The kept file.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    /// <returns>What was replaced; <see langword="null"/> where it had been done already, or nothing was there.</returns>
    public async Task<ReturnPoint?> GoBackAsync(ReturnPoint point, CancellationToken cancellationToken)
    {
        await file.RequireStoppedAsync(cancellationToken).ConfigureAwait(false);
        var name = NameOf(point);
        var present = await file.Folder.FindAsync(file.Name, cancellationToken).ConfigureAwait(false);
        if (await file.Folder.FindAsync(name, cancellationToken).ConfigureAwait(false) is not { Size: > 0 })
        {
            return present is not null ? null : throw new UpgradeException("RollbackFailed", UpgradeErrorCategory.ObjectNotFound, point.Location, $"Neither the kept file '{point.Location}' nor the database file '{file.FullPath}' is in the container '{file.Folder.Container}'.", "Restore a backup.");
        }

        return await SwapAsync(name, point.Data.GetValueOrDefault(LabelKey, "rollback") + "-after", present is not null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Drops a kept file.</summary>
    /// <param name="point">The kept file.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task DropAsync(ReturnPoint point, CancellationToken cancellationToken)
    {
        if (point.Location.Length == 0) return;
        var name = NameOf(point);
        if (name == file.Name) throw new UpgradeException("RollbackPointInUse", UpgradeErrorCategory.InvalidOperation, point.Location, $"'{point.Location}' is the live database file.", "Leave it: the application uses it.");
        if (await file.Folder.FindAsync(name, cancellationToken).ConfigureAwait(false) is { Size: > 0 }) await file.Folder.FreeAsync(name, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists what is kept of the file.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<IReadOnlyList<ReturnPoint>> ListAsync(CancellationToken cancellationToken)
    {
        var start = file.Name + Mark;
        var points = new List<ReturnPoint>();
        foreach (var name in await file.Folder.ListAsync(start, cancellationToken).ConfigureAwait(false))
        {
            // What is empty has been dropped: a name can't be removed in a container that doesn't run.
            if (name == start + Next || await file.Folder.FindAsync(name, cancellationToken).ConfigureAwait(false) is not { Size: > 0 } found) continue;
            points.Add(Point(name, name[start.Length..], found.Size, found.Modified));
        }

        return points;
    }

    private async Task<ReturnPoint?> SwapAsync(string replacement, string label, bool present, CancellationToken cancellationToken)
    {
        var kept = present ? await FreeNameAsync($"{file.Name}{Mark}{KeptName.Safe(label)}", cancellationToken).ConfigureAwait(false) : null;
        cancellationToken.ThrowIfCancellationRequested();

        // From here on it is finished, whoever cancels.
        if (kept is not null) await file.Folder.LinkAsync(kept, file.Name, CancellationToken.None).ConfigureAwait(false);
        await file.Folder.LinkAsync(file.Name, replacement, CancellationToken.None).ConfigureAwait(false);
        await TryFreeAsync(replacement).ConfigureAwait(false);
        if (kept is null) return null;
        var found = await file.Folder.FindAsync(kept, CancellationToken.None).ConfigureAwait(false);
        return Point(kept, label, found?.Size, found?.Modified ?? DateTimeOffset.UtcNow);
    }

    private async Task<string> FreeNameAsync(string wanted, CancellationToken cancellationToken)
    {
        var name = wanted;
        for (var number = 2; await file.Folder.FindAsync(name, cancellationToken).ConfigureAwait(false) is { Size: > 0 }; number++) name = string.Create(CultureInfo.InvariantCulture, $"{wanted}-{number}");
        return name;
    }

    // Where there is no file, one that a swap left that was cut short tells whose it is; else whose the folder is.
    private async Task<ContainedMark> MarkAsync(string name, CancellationToken cancellationToken) =>
        await file.Folder.FindAsync(name, cancellationToken).ConfigureAwait(false) is not null
            ? await file.Folder.MarkAsync(name, cancellationToken).ConfigureAwait(false)
            : await file.Folder.MarkAsync(null, cancellationToken).ConfigureAwait(false) with { Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite };

    // A second name that is left does no harm: the next restore takes it first.
    private async Task TryFreeAsync(string name)
    {
        try
        {
            if (await file.Folder.FindAsync(name, CancellationToken.None).ConfigureAwait(false) is not null) await file.Folder.FreeAsync(name, CancellationToken.None).ConfigureAwait(false);
        }
        catch (UpgradeException)
        {
        }
    }

    private string NameOf(ReturnPoint point)
    {
        if (point.Kind != Kind || point.Location != file.Folder.PathOf(point.Location[(point.Location.LastIndexOf('/') + 1)..])) throw new UpgradeException("RollbackFailed", UpgradeErrorCategory.InvalidArgument, point.Location, $"'{point.Location}' is a {point.Kind}, not a file that is kept of '{file.FullPath}'.");
        return point.Location[(point.Location.LastIndexOf('/') + 1)..];
    }

    private ReturnPoint Point(string name, string label, long? size, DateTimeOffset created) => new()
    {
        Kind = Kind,
        Location = file.Folder.PathOf(name),
        Size = size,
        Created = created,
        Data = new Dictionary<string, string> { [LabelKey] = label, [LiveKey] = file.FullPath },
    };
}
