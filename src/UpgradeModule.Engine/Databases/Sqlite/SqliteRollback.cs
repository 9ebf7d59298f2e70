using Microsoft.Data.Sqlite;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Sqlite;

/// <summary>Keeps copies of a stopped application's file for the way back, and goes back to them.</summary>
/// <param name="path">The live database file.</param>
internal sealed class SqliteRollback(string path)
{
    private const string Kind = "DatabaseFile";
    private const string LabelKey = "label";
    private const string LiveKey = "live";
    private const string Mark = ".um-";
    private const string Restored = "restore-";

    // What belongs to a file, and is no copy by itself; and what is being copied.
    private static readonly string[] s_belonging = ["-wal", "-shm", "-journal", ".partial"];

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

    /// <summary>Copies one state of the file, and checks the copy.</summary>
    /// <param name="label">A label, unique to the run and stop.</param>
    /// <param name="cancellationToken">Ends the work; nothing is left then.</param>
    /// <exception cref="UpgradeException"><c>DatabaseInUse</c>, <c>DatabaseCorrupt</c>, <c>DiskFull</c>, <c>RollbackPointFailed</c>.</exception>
    public async Task<ReturnPoint> CreateAsync(string label, CancellationToken cancellationToken)
    {
        var kept = $"{path}.um-{KeptName.Safe(label)}";
        if (File.Exists(kept)) return Point(kept, path, label);
        if (!File.Exists(path)) throw SqliteErrors.NotFound(path);
        await SqliteWork.RunAsync(path, "RollbackPointFailed", "could not be kept", async () =>
        {
            DiskSpace.Require(Path.GetDirectoryName(path)!, SqliteFile.Size(path));
            SqliteFile.MakeWhole(path, cancellationToken);
            await CopyAsync(kept, cancellationToken).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
        return Point(kept, path, label);
    }

    /// <summary>Puts a kept file in the place of the live one.</summary>
    /// <param name="point">The kept file.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    /// <returns>What was replaced; <see langword="null"/> where it had been done already or nothing was there.</returns>
    public async Task<ReturnPoint?> GoBackAsync(ReturnPoint point, CancellationToken cancellationToken)
    {
        Require(point);
        if (!File.Exists(point.Location))
        {
            return File.Exists(path) ? null : throw new UpgradeException("RollbackFailed", UpgradeErrorCategory.ObjectNotFound, point.Location, $"Neither the kept file '{point.Location}' nor the database file '{path}' is there.", "Restore a backup.");
        }

        SqliteFile.RequireUnused(path);
        var label = point.Data.GetValueOrDefault(LabelKey, "rollback");
        var displaced = await SqliteWork.RunAsync(path, "RollbackFailed", "could not be replaced", () => SqliteFile.Swap(point.Location, path, $"{path}.um-{KeptName.Safe(label)}-after", cancellationToken), cancellationToken).ConfigureAwait(false);
        return displaced is null ? null : Point(displaced, path, label + "-after");
    }

    /// <summary>Removes a kept file.</summary>
    /// <param name="point">The kept file.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task DropAsync(ReturnPoint point, CancellationToken cancellationToken)
    {
        if (point.Location.Length == 0) return Task.CompletedTask;
        Require(point);
        if (File.Exists(point.Location) && NativeFile.AreSame(point.Location, path))
        {
            throw new UpgradeException("RollbackPointInUse", UpgradeErrorCategory.InvalidOperation, point.Location, $"'{point.Location}' is the live database file.", "Leave it: the application uses it.");
        }

        return SqliteWork.RunAsync(point.Location, "DropFailed", "could not be removed", () =>
        {
            SqliteFile.Delete(point.Location);
            return true;
        }, cancellationToken);
    }

    /// <summary>Lists the files that are kept of this one.</summary>
    public IReadOnlyList<ReturnPoint> List()
    {
        if (Path.GetDirectoryName(path) is not { } folder || !Directory.Exists(folder)) return [];
        var start = Path.GetFileName(path) + Mark;
        return [.. Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file).StartsWith(start, StringComparison.Ordinal) && !s_belonging.Any(end => file.EndsWith(end, StringComparison.Ordinal))).Order(StringComparer.Ordinal).Select(Listed)];

        ReturnPoint Listed(string file)
        {
            var label = Path.GetFileName(file)[start.Length..];
            // A restore that was killed left it: until the swap it has a name of its own.
            if (label.StartsWith(Restored, StringComparison.Ordinal)) label = label[Restored.Length..] + "-new";
            var point = Point(file, path, label);
            return KeptName.TimeOf(label) is { } time ? point with { Created = time } : point;
        }
    }

    // Another program may begin to write in any moment, so the copy is made inside a read transaction and never byte by byte.
    private async Task CopyAsync(string kept, CancellationToken cancellationToken)
    {
        var temporary = kept + ".partial";
        SqliteFile.Delete(temporary);
        await SqliteCopier.CopyAsync(path, temporary, compact: false, static (_, _) => { }, cancellationToken).ConfigureAwait(false);
        try
        {
            DurableFile.TakeOver(path, temporary);
            if (Damage(temporary, cancellationToken) is { } damage) throw SqliteErrors.Damaged(path, damage);
            DurableFile.Publish(temporary, kept);
        }
        catch
        {
            DurableFile.Remove(temporary);
            throw;
        }
    }

    private static string? Damage(string copy, CancellationToken cancellationToken)
    {
        try
        {
            using var session = SqliteSession.OpenUnchanging(copy, cancellationToken);
            return SqliteReader.Check(session);
        }
        catch (SqliteException failure) when (SqliteErrors.IsGeneral(failure))
        {
            // A schema that needs functions or collations of the application can't be checked without it.
            return null;
        }
    }

    private static void Require(ReturnPoint point)
    {
        if (point.Kind != Kind) throw new UpgradeException("RollbackFailed", UpgradeErrorCategory.InvalidArgument, point.Location, $"'{point.Location}' is a {point.Kind}, not a kept SQLite file.");
    }
}
