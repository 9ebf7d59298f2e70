using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Reads counts and invariants over one session.</summary>
internal static class MySqlReader
{
    /// <summary>Begins a transaction that sees one moment, and only reads.</summary>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task BeginSnapshotAsync(MySqlSession session, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Counts the rows of every table.</summary>
    /// <param name="session">The session.</param>
    /// <param name="database">The database.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<TableCount>> CountAsync(MySqlSession session, string database, CancellationToken cancellationToken)
    {
        var counts = new List<TableCount>();
        foreach (var table in (await MySqlCatalog.TablesAsync(session, database, cancellationToken).ConfigureAwait(false)).Where(table => table.HasRows))
        {
            var rows = await session.NumberAsync($"SELECT COUNT(*) FROM {MySqlText.Name(database)}.{MySqlText.Name(table.Name)}", cancellationToken).ConfigureAwait(false);
            counts.Add(new TableCount { Table = table.Name, Rows = rows });
        }

        return counts;
    }

    /// <summary>Reads the invariants that this engine can be asked.</summary>
    /// <param name="session">The session, in the database.</param>
    /// <param name="invariants">Which.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<InvariantValue>> InvariantsAsync(MySqlSession session, IReadOnlyList<InvariantSpec> invariants, CancellationToken cancellationToken)
    {
        var values = new List<InvariantValue>();
        foreach (var invariant in InvariantText.Of(DatabaseEngine.MySql, invariants))
        {
            try
            {
                values.Add(InvariantText.Value(invariant.Name, await session.QueryForeignAsync(invariant.Sql!, cancellationToken).ConfigureAwait(false)));
            }
            catch (MySqlFailure failure) when (failure.Code is not (1053 or 1927 or >= 2000 and < 3000))
            {
                values.Add(new InvariantValue { Name = invariant.Name, Detail = failure.Message });
            }
        }

        return values;
    }
}
