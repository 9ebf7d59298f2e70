using Microsoft.Data.Sqlite;
using SQLitePCL;
using UpgradeModule.Engine.Databases.Files;

namespace UpgradeModule.Engine.Databases.Sqlite;

/// <summary>Copies a database while others write to it.</summary>
internal static class SqliteCopier
{
    private const int StepBytes = 16 << 20;

    /// <summary>Copies one state of a database into a new file. It is not brought to disk yet.</summary>
    /// <param name="source">The database's file.</param>
    /// <param name="target">The new file.</param>
    /// <param name="compact">Whether it is written anew, without what is unused.</param>
    /// <param name="progress">Told how many bytes are copied, and of how many.</param>
    /// <param name="cancellationToken">Ends the work; the new file is removed.</param>
    public static async Task<SqliteCopy> CopyAsync(string source, string target, bool compact, Action<long, long> progress, CancellationToken cancellationToken)
    {
        DurableFile.CreatePrivate(target).Dispose();
        try
        {
            using var from = SqliteSession.Open(source, readOnly: !compact, SqliteSession.DefaultPatience, cancellationToken);
            if (compact) return Compact(from, target);
            from.Execute("BEGIN");
            from.Number("SELECT count(*) FROM sqlite_schema");
            var moment = DateTimeOffset.UtcNow;
            var pages = new SqlitePages(from, source);
            var (canCopy, log) = pages.Look(cancellationToken);
            using (log)
            {
                if (canCopy && await pages.CopyAsync(target, log, progress, cancellationToken).ConfigureAwait(false) is { } digest) return new SqliteCopy(moment, digest);
            }

            DurableFile.Remove(target);
            DurableFile.CreatePrivate(target).Dispose();
            Steps(from, target, progress, cancellationToken);
            return new SqliteCopy(moment, null);
        }
        catch
        {
            DurableFile.Remove(target);
            DurableFile.Remove(target + "-journal");
            throw;
        }
    }

    private static SqliteCopy Compact(SqliteSession from, string target)
    {
        var mode = from.Query("PRAGMA main.journal_mode")[0][0];
        var moment = DateTimeOffset.UtcNow;
        from.Execute($"VACUUM main INTO '{target.Replace("'", "''", StringComparison.Ordinal)}'");
        if (string.Equals(mode, "wal", StringComparison.OrdinalIgnoreCase))
        {
            // It is a property of the file, and the one that is written anew has lost it.
            using var to = SqliteSession.Create(target, CancellationToken.None);
            to.Execute("PRAGMA journal_mode = WAL");
        }

        return new SqliteCopy(moment, null);
    }

    // Copied in pieces, a backup begins anew whenever another process writes, and never ends against a busy one. Inside a read transaction of this
    // connection it doesn't: every piece is of the same state, and cancelling is heard between two pieces.
    private static void Steps(SqliteSession from, string target, Action<long, long> progress, CancellationToken cancellationToken)
    {
        using var to = SqliteSession.Create(target, cancellationToken);
        to.Execute("PRAGMA journal_mode = OFF");
        to.Execute("PRAGMA synchronous = OFF");
        var size = from.Number("PRAGMA page_size");
        var pages = (int)Math.Max(1, StepBytes / size);
        using var backup = raw.sqlite3_backup_init(to.Connection.Handle, "main", from.Connection.Handle, "main");
        if (backup is null || backup.IsInvalid) throw Failure(to, raw.sqlite3_errcode(to.Connection.Handle));
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var result = raw.sqlite3_backup_step(backup, pages);
            if (result is not (raw.SQLITE_DONE or raw.SQLITE_OK)) throw Failure(to, result);
            var total = raw.sqlite3_backup_pagecount(backup);
            progress((total - raw.sqlite3_backup_remaining(backup)) * size, total * size);
            if (result == raw.SQLITE_DONE) return;
        }
    }

    private static SqliteException Failure(SqliteSession session, int code) => new(raw.sqlite3_errmsg(session.Connection.Handle).utf8_to_string(), code);
}
