using Microsoft.Data.Sqlite;
using UpgradeModule.Engine.State.History;

namespace UpgradeModule.Engine.State;

/// <summary>The tables of the store. Each version is brought to the next by one script; a script that was released is never changed.</summary>
internal static class StoreSchema
{
    private const int BeforeHistory = 1;

    private static readonly string[] Scripts =
    [
        """
        CREATE TABLE deployments (name TEXT NOT NULL COLLATE NOCASE PRIMARY KEY, document TEXT NOT NULL, changed_on TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE definitions (name TEXT NOT NULL COLLATE NOCASE PRIMARY KEY, document TEXT NOT NULL, source TEXT NOT NULL, registered_on TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE runs (run_id TEXT NOT NULL PRIMARY KEY, deployment TEXT NOT NULL COLLATE NOCASE, started_on TEXT NOT NULL, document TEXT NOT NULL);
        CREATE INDEX runs_by_deployment ON runs (deployment, started_on);
        CREATE TABLE backups (path TEXT NOT NULL PRIMARY KEY, deployment TEXT NOT NULL COLLATE NOCASE, remembered_on TEXT NOT NULL);
        CREATE INDEX backups_by_deployment ON backups (deployment, remembered_on);
        """,
        """
        CREATE TABLE history (entry INTEGER NOT NULL PRIMARY KEY, run_id TEXT NOT NULL, deployment TEXT NOT NULL, started_on TEXT NOT NULL, written_on TEXT NOT NULL, state TEXT NOT NULL, document TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL);
        CREATE TABLE history_head (id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), entries INTEGER NOT NULL, hash TEXT NOT NULL);
        """,
    ];

    /// <summary>The version that this module knows.</summary>
    public static int Current => Scripts.Length;

    /// <summary>Tells the version of a store's tables; 0 where it has none yet.</summary>
    /// <param name="connection">The open store.</param>
    /// <param name="path">Its file.</param>
    /// <exception cref="UpgradeException"><c>StoreTooNew</c>; <c>StoreCorrupt</c>: it is another program's database.</exception>
    public static int Check(SqliteConnection connection, string path)
    {
        var version = Scalar(connection, "PRAGMA user_version");
        if (version > Current) throw StoreErrors.TooNew(path, version, Current);
        if (version < 0 || (version == 0 && Scalar(connection, "SELECT count(*) FROM sqlite_schema") > 0)) throw StoreErrors.Corrupt(path, "it is the database of another program");
        return (int)version;
    }

    /// <summary>Brings a store's tables to the newest version. Several processes may do so at once.</summary>
    /// <param name="connection">The open store.</param>
    /// <param name="path">Its file.</param>
    public static void Migrate(SqliteConnection connection, string path)
    {
        if (Check(connection, path) == Current) return;
        using var transaction = connection.BeginTransaction(deferred: false);

        // Asked again under the write lock: another process may have been faster.
        for (var version = Check(connection, path); version < Current; version++)
        {
            using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = Scripts[version] + FormattableString.Invariant($"\nPRAGMA user_version = {version + 1};");
            command.ExecuteNonQuery();

            // SQLite has no SHA-256.
            if (version == BeforeHistory) HistoryTable.Adopt(connection);
        }

        transaction.Commit();
    }

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
