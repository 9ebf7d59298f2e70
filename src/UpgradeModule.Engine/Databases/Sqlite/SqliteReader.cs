using System.Globalization;
using Microsoft.Data.Sqlite;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Databases.Sqlite;

/// <summary>Reads counts, invariants and the health of a database over one session.</summary>
internal static class SqliteReader
{
    /// <summary>Counts the rows of every table, those of virtual tables by their shadow tables.</summary>
    /// <param name="session">The session.</param>
    public static IReadOnlyList<TableCount> Count(SqliteSession session)
    {
        return [.. Tables(session).Select(table => new TableCount { Table = table, Rows = session.Number($"SELECT count(*) FROM main.{SqliteSession.Quote(table)}") })];
    }

    /// <summary>Lists the tables that hold rows.</summary>
    /// <param name="session">The session.</param>
    public static IReadOnlyList<string> Tables(SqliteSession session)
    {
        // Virtual tables need the extension that made them; what they hold lies in ordinary (shadow) tables, which are counted.
        var tables = session.Query("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name");
        return [.. tables.Select(table => table[0]!)];
    }

    /// <summary>Reads the invariants that this engine can be asked.</summary>
    /// <param name="session">The session.</param>
    /// <param name="invariants">Which.</param>
    public static IReadOnlyList<InvariantValue> Invariants(SqliteSession session, IReadOnlyList<InvariantSpec> invariants) =>
        [.. InvariantText.Of(DatabaseEngine.Sqlite, invariants).Select(invariant => One(session, invariant))];

    /// <summary>Checks the file's structure.</summary>
    /// <param name="session">The session.</param>
    /// <returns>What is wrong; <see langword="null"/> where nothing is.</returns>
    public static string? Check(SqliteSession session)
    {
        var answer = session.Query("PRAGMA quick_check(5)");
        return answer is [[{ } only]] && only == "ok" ? null : string.Join("; ", answer.Select(row => row[0]));
    }

    private static InvariantValue One(SqliteSession session, InvariantSpec invariant)
    {
        try
        {
            return InvariantText.Value(invariant.Name, session.Query(invariant.Sql!));
        }
        catch (SqliteException failure)
        {
            return new InvariantValue { Name = invariant.Name, Detail = string.Create(CultureInfo.InvariantCulture, $"SQLite error {failure.SqliteErrorCode}: {failure.Message}") };
        }
    }
}
