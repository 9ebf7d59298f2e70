using System.Globalization;
using Microsoft.Data.Sqlite;

namespace UpgradeModule.Engine.State.History;

/// <summary>The history in the store. An entry is written in the transaction that writes the run's record, so neither is ever there without the other.</summary>
internal static class HistoryTable
{
    /// <summary>Writes the entry of a record that was just written.</summary>
    /// <param name="connection">The open store, in a transaction that has the write lock: no other process can write an entry of the same number.</param>
    /// <param name="entry">What the entry says; number, hold and hash are given here.</param>
    /// <returns>The entry's hash.</returns>
    public static string Append(SqliteConnection connection, HistoryEntry entry)
    {
        // The end that was written counts, not the last entry that is there: where somebody removed entries, the gap has to stay. One that somebody
        // added must not be in the way of a run either; this one doesn't hold on to it.
        var (head, last) = (Head(connection), Last(connection));
        if (head is not null && last is not null && last.Entries > head.Entries) head = head with { Entries = last.Entries };
        var next = HistoryChain.Next(head ?? last, entry with { WrittenOn = DateTimeOffset.UtcNow.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) });
        Execute(
            connection,
            "INSERT INTO history (entry, run_id, deployment, started_on, written_on, state, document, previous, hash) VALUES ($entry, $run, $deployment, $started, $written, $state, $document, $previous, $hash)",
            ("$entry", next.Entry), ("$run", next.RunId), ("$deployment", next.Deployment), ("$started", next.StartedOn), ("$written", next.WrittenOn), ("$state", next.State), ("$document", next.Document), ("$previous", next.Previous), ("$hash", next.Hash));

        // Where somebody removed it, its absence has to show.
        if (head is not null || last is null) Execute(connection, "INSERT OR REPLACE INTO history_head (id, entries, hash) VALUES (1, $entry, $hash)", ("$entry", next.Entry), ("$hash", next.Hash));
        return next.Hash;
    }

    /// <summary>Writes entries for the records that a store had before it had a history.</summary>
    /// <param name="connection">The open store, in the transaction that brings its tables up to date.</param>
    public static void Adopt(SqliteConnection connection)
    {
        var runs = Query(connection, "SELECT run_id, deployment, started_on, document FROM runs ORDER BY started_on, run_id", static row => new HistoryEntry
        {
            RunId = Text(row, 0),
            Deployment = Text(row, 1),
            StartedOn = Text(row, 2),
            State = HistoryEntry.Adopted,
            Document = HistoryChain.HashOf(Text(row, 3)),
        });
        foreach (var run in runs) Append(connection, run);
    }

    /// <summary>Reads the history and what it guards, as they are at one moment.</summary>
    /// <param name="connection">The open store.</param>
    /// <param name="path">Its file.</param>
    public static HistoryContent Read(SqliteConnection connection, string path)
    {
        using var moment = connection.BeginTransaction(deferred: true);
        return new HistoryContent
        {
            Journal = path,
            Entries = Query(connection, "SELECT entry, run_id, deployment, started_on, written_on, state, document, previous, hash FROM history ORDER BY entry", Entry),
            Records = Query(connection, "SELECT run_id, deployment, started_on, document FROM runs ORDER BY started_on, run_id", static row => new HistoryRecord(Text(row, 0), Text(row, 1), Text(row, 2), HistoryChain.HashOf(Text(row, 3)))),
            Head = Head(connection),
        };
    }

    /// <summary>How far the history goes; <see langword="null"/> where nothing tells.</summary>
    /// <param name="connection">The open store.</param>
    public static HistoryHead? Head(SqliteConnection connection) =>
        Query(connection, "SELECT entries, hash FROM history_head WHERE id = 1", static row => new HistoryHead(Number(row, 0), Text(row, 1))).FirstOrDefault();

    private static HistoryHead? Last(SqliteConnection connection) =>
        Query(connection, "SELECT entry, hash FROM history ORDER BY entry DESC LIMIT 1", static row => new HistoryHead(Number(row, 0), Text(row, 1))).FirstOrDefault();

    private static HistoryEntry Entry(SqliteDataReader row) => new()
    {
        Entry = Number(row, 0),
        RunId = Text(row, 1),
        Deployment = Text(row, 2),
        StartedOn = Text(row, 3),
        WrittenOn = Text(row, 4),
        State = Text(row, 5),
        Document = Text(row, 6),
        Previous = Text(row, 7),
        Hash = Text(row, 8),
    };

    // Whoever writes past the module may write what is no text: that is to be found, not to be stumbled over.
    private static string Text(SqliteDataReader row, int column) => row.GetValue(column) is string text ? text : $"({row.GetFieldType(column).Name})";

    private static long Number(SqliteDataReader row, int column) => row.GetValue(column) is long number ? number : -1;

    private static List<T> Query<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> read)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        var list = new List<T>();
        while (rows.Read()) list.Add(read(rows));
        return list;
    }

    private static void Execute(SqliteConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        command.ExecuteNonQuery();
    }
}
