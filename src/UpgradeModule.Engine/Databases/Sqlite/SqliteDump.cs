using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Sqlite;

/// <summary>Writes a database's file into a backup: copied, checked, counted, hashed and brought to disk, as much of it at the same time as two cores can do.</summary>
/// <param name="path">The database file.</param>
internal sealed class SqliteDump(string path)
{
    private const string DataFile = "data/database.sqlite";
    private const double CopyEnd = 70;

    /// <summary>Writes.</summary>
    /// <param name="directory">The backup's folder.</param>
    /// <param name="invariants">The invariants to read in the copy.</param>
    /// <param name="compact">Whether the file is written anew, without what is unused.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<DumpResult> WriteAsync(string directory, IReadOnlyList<InvariantSpec> invariants, bool compact, IOperationContext operation, CancellationToken cancellationToken)
    {
        var progress = new WorkProgress(operation, "Copying the database", path);
        var final = Path.Combine(directory, DataFile.Replace('/', Path.DirectorySeparatorChar));
        var temporary = final + ".partial";
        DurableFile.CreatePrivateDirectory(Path.GetDirectoryName(final)!);
        try
        {
            var copy = await SqliteCopier.CopyAsync(path, temporary, compact, Counter(progress), cancellationToken).ConfigureAwait(false);
            var hashing = copy.Digest is { } known ? Task.FromResult(known) : Task.Run(() => HashAsync(temporary, cancellationToken), cancellationToken);
            var flushing = Task.Run(() => DurableFile.Flush(temporary), cancellationToken);
            progress.Tell("checking the copy");
            DumpResult result;
            try
            {
                result = Look(temporary, invariants, cancellationToken) with { SnapshotOn = copy.Moment };
            }
            finally
            {
                await Task.WhenAll(hashing, flushing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await flushing.ConfigureAwait(false);
            var digest = await hashing.ConfigureAwait(false);
            File.Move(temporary, final);
            return result with { Digests = new Dictionary<string, string> { [DataFile] = digest } };
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode == SQLitePCL.raw.SQLITE_FULL)
        {
            // The copy's disk is the one that is full, not the database's.
            throw DiskSpace.Full(directory, SqliteFile.Size(path), failure);
        }
        catch (IOException failure) when (DiskSpace.IsFull(failure))
        {
            throw DiskSpace.Full(directory, SqliteFile.Size(path), failure);
        }
        finally
        {
            DurableFile.Remove(temporary);
            progress.End();
        }
    }

    private DumpResult Look(string copy, IReadOnlyList<InvariantSpec> invariants, CancellationToken cancellationToken)
    {
        using var session = SqliteSession.OpenUnchanging(copy, cancellationToken);
        session.Execute("PRAGMA mmap_size = 2147418112");
        if (SqliteReader.Check(session) is { } damage) throw SqliteErrors.Damaged(path, damage);
        return new DumpResult
        {
            Format = SqliteRestorer.Format,
            Files = [DataFile],
            EngineVersion = session.Connection.ServerVersion,
            Tables = SqliteReader.Count(session),
            Invariants = SqliteReader.Invariants(session, invariants),
            Tools = new Dictionary<string, string> { ["sqlite"] = session.Connection.ServerVersion },
        };
    }

    private static Action<long, long> Counter(WorkProgress progress)
    {
        long copied = 0;
        return (done, total) =>
        {
            // A database that is written meanwhile may grow, and only now its size is known.
            if (copied == 0)
            {
                progress.Begin(new WorkStage { Size = total, To = CopyEnd });
                progress.Begin("", total);
            }

            progress.Moved("", done - copied);
            copied = done;
        };
    }

    private static async Task<string> HashAsync(string file, CancellationToken cancellationToken)
    {
        var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 20, FileOptions.SequentialScan);
        await using (stream.ConfigureAwait(false))
        {
            return Convert.ToHexString(await SHA256.HashDataAsync(stream, cancellationToken).ConfigureAwait(false)).ToLowerInvariant();
        }
    }
}
