using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.H2;

/// <summary>Keeps copies of a stopped application's file for the way back, and goes back to them.</summary>
/// <param name="path">The live database file.</param>
/// <param name="copy">Copies a file; the system does where it is <see langword="null"/>, by sharing blocks where it can.</param>
internal sealed class H2Rollback(string path, Action<string, string>? copy = null)
{
    private const int Tries = 5;
    private const int BlockSize = 1 << 20;
    private const string Kind = "DatabaseFile";
    private const string LabelKey = "label";
    private const string LiveKey = "live";
    private const string Mark = ".um-";
    private const string Restored = "restore-";

    /// <summary>Describes a kept file.</summary>
    /// <param name="location">The kept file; empty where nothing was there to keep.</param>
    /// <param name="live">The live file.</param>
    /// <param name="label">Its label.</param>
    public static ReturnPoint Point(string location, string live, string label)
    {
        var file = location.Length == 0 ? null : new FileInfo(location);
        return new ReturnPoint
        {
            Kind = Kind,
            Location = location,
            Size = file?.Length,
            Created = file is null ? DateTimeOffset.UtcNow : new DateTimeOffset(file.LastWriteTimeUtc),
            Data = new Dictionary<string, string> { [LabelKey] = label, [LiveKey] = live },
        };
    }

    /// <summary>Copies the file, by sharing its blocks where the file system can, and checks the copy.</summary>
    /// <param name="label">A label, unique to the run and stop.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <exception cref="UpgradeException"><c>DatabaseInUse</c>, <c>DatabaseCorrupt</c>, <c>DiskFull</c>, <c>RollbackPointFailed</c>.</exception>
    public async Task<ReturnPoint> CreateAsync(string label, CancellationToken cancellationToken)
    {
        var kept = path + Mark + KeptName.Safe(label);
        if (File.Exists(kept)) return Point(kept, path, label);
        var temporary = kept + ".partial";
        try
        {
            await Task.Run(() => Copy(temporary, kept, cancellationToken), cancellationToken).ConfigureAwait(false);
            return Point(kept, path, label);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw H2Errors.Failed("RollbackPointFailed", path, "could not be kept", failure);
        }
        finally
        {
            DurableFile.Remove(temporary);
        }
    }

    /// <summary>Puts a kept file in the place of the live one.</summary>
    /// <param name="point">The kept file.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    /// <returns>What was replaced; <see langword="null"/> where it had been done already or nothing was there.</returns>
    public ReturnPoint? GoBack(ReturnPoint point, CancellationToken cancellationToken)
    {
        Require(point);
        var live = point.Data.GetValueOrDefault(LiveKey, path);
        if (!File.Exists(point.Location))
        {
            return File.Exists(live) ? null : throw new UpgradeException("RollbackFailed", UpgradeErrorCategory.ObjectNotFound, point.Location, $"Neither the kept file '{point.Location}' nor the database file '{live}' is there.", "Restore a backup.");
        }

        var label = point.Data.GetValueOrDefault(LabelKey, "rollback");
        try
        {
            var displaced = H2File.Swap(point.Location, live, $"{live}.um-{KeptName.Safe(label)}-after", cancellationToken);
            return displaced is null ? null : Point(displaced, live, label + "-after");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw H2Errors.Failed("RollbackFailed", live, "could not be replaced", failure);
        }
    }

    /// <summary>Removes a kept file.</summary>
    /// <param name="point">The kept file.</param>
    public void Drop(ReturnPoint point)
    {
        if (point.Location.Length == 0) return;
        Require(point);
        if (File.Exists(point.Location) && NativeFile.AreSame(point.Location, path))
        {
            throw new UpgradeException("RollbackPointInUse", UpgradeErrorCategory.InvalidOperation, point.Location, $"'{point.Location}' is the live database file.", "Leave it: the application uses it.");
        }

        try
        {
            File.Delete(point.Location);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw H2Errors.Failed("DropFailed", point.Location, "could not be removed", failure);
        }
    }

    /// <summary>Lists the files that are kept of this one.</summary>
    public IReadOnlyList<ReturnPoint> List()
    {
        if (Path.GetDirectoryName(path) is not { } folder || !Directory.Exists(folder)) return [];
        var start = Path.GetFileName(path) + Mark;
        return [.. Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file).StartsWith(start, StringComparison.Ordinal) && !file.EndsWith(".partial", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(Listed)];

        ReturnPoint Listed(string file)
        {
            var label = Path.GetFileName(file)[start.Length..];
            // A restore that was killed left it: until the swap it has a name of its own.
            if (label.StartsWith(Restored, StringComparison.Ordinal)) label = label[Restored.Length..] + "-new";
            var point = Point(file, path, label);
            return KeptName.TimeOf(label) is { } time ? point with { Created = time } : point;
        }
    }

    private void Copy(string temporary, string kept, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= Tries; attempt++)
        {
            // The lock is given back before the copy: the system shares blocks only where it opens both files itself.
            H2File.Hold(path).Dispose();
            DiskSpace.Require(Path.GetDirectoryName(path)!, H2File.Size(path));
            File.Delete(temporary);
            (copy ?? File.Copy)(path, temporary);

            // Whoever opened it meanwhile, and has closed it again, may have written while it was read, or after it was.
            using var held = H2File.Hold(path);
            if (!IsSame(held, temporary, cancellationToken)) continue;
            DurableFile.TakeOver(path, temporary);
            if (H2File.Check(temporary, cancellationToken) is { } damage) throw H2Errors.Damaged(path, damage);
            cancellationToken.ThrowIfCancellationRequested();
            DurableFile.Publish(temporary, kept);
            return;
        }

        throw H2Errors.InUse(path, FileHolders.Find(path));
    }

    // Byte by byte: a time of change can be set, and is not everywhere as fine as writers are quick.
    private static bool IsSame(FileStream held, string copied, CancellationToken cancellationToken)
    {
        using var other = H2File.Open(copied);
        if (held.Length != other.Length) return false;
        var (left, right) = (new byte[BlockSize], new byte[BlockSize]);
        held.Position = 0;
        while (held.ReadAtLeast(left, left.Length, throwOnEndOfStream: false) is > 0 and var count)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (other.ReadAtLeast(right, right.Length, throwOnEndOfStream: false) != count || !left.AsSpan(0, count).SequenceEqual(right.AsSpan(0, count))) return false;
        }

        return true;
    }

    private static void Require(ReturnPoint point)
    {
        if (point.Kind != Kind) throw new UpgradeException("RollbackFailed", UpgradeErrorCategory.InvalidArgument, point.Location, $"'{point.Location}' is a {point.Kind}, not a kept H2 file.");
    }
}
