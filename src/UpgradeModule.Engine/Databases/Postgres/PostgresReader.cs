using System.Globalization;
using Npgsql;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>Reads counts and invariants over one session, in a transaction of one snapshot.</summary>
internal static class PostgresReader
{
    // Partitioned tables have no rows of their own, their partitions do. What belongs to an extension isn't dumped, so it isn't counted.
    private const string Tables = """
        SELECT format('%I.%I', n.nspname, c.relname), pg_total_relation_size(c.oid)
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        ORDER BY 1
        """;

    /// <summary>Begins a transaction that sees one moment, and only reads.</summary>
    /// <param name="connection">The session.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task BeginSnapshotAsync(PostgresConnection connection, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", cancellationToken).ConfigureAwait(false);
        // Row-level security would hide rows silently: with this it fails instead. Time-outs of the role or database don't fit this work.
        await connection.ExecuteAsync("SET LOCAL row_security = off; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL search_path = pg_catalog", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lists the tables and their sizes in bytes.</summary>
    /// <param name="connection">The session.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<(string Table, long Size)>> TablesAsync(PostgresConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(Tables, cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => (row[0]!, long.Parse(row[1] ?? "0", CultureInfo.InvariantCulture)))];
    }

    /// <summary>Counts the rows of every table.</summary>
    /// <param name="connection">The session.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<TableCount>> CountAsync(PostgresConnection connection, CancellationToken cancellationToken)
    {
        var counts = new List<TableCount>();
        foreach (var (table, _) in await TablesAsync(connection, cancellationToken).ConfigureAwait(false))
        {
            counts.Add(new TableCount { Table = table, Rows = await connection.NumberAsync($"SELECT count(*) FROM ONLY {table}", cancellationToken).ConfigureAwait(false) });
        }

        return counts;
    }

    /// <summary>Reads the invariants that this engine can be asked, with the search path that the application has.</summary>
    /// <param name="connection">The session, in a transaction.</param>
    /// <param name="invariants">Which.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<InvariantValue>> InvariantsAsync(PostgresConnection connection, IReadOnlyList<InvariantSpec> invariants, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("SET LOCAL search_path TO DEFAULT", cancellationToken).ConfigureAwait(false);
        var values = new List<InvariantValue>();
        foreach (var invariant in InvariantText.Of(DatabaseEngine.Postgres, invariants))
        {
            await connection.ExecuteAsync("SAVEPOINT invariant", cancellationToken).ConfigureAwait(false);
            try
            {
                values.Add(InvariantText.Value(invariant.Name, await connection.QueryAsync(invariant.Sql!, cancellationToken).ConfigureAwait(false)));
            }
            catch (PostgresException failure) when (failure.SqlState != PostgresErrorCodes.QueryCanceled)
            {
                values.Add(new InvariantValue { Name = invariant.Name, Detail = $"{failure.SqlState}: {failure.MessageText}" });
                await connection.ExecuteAsync("ROLLBACK TO SAVEPOINT invariant", cancellationToken).ConfigureAwait(false);
            }
        }

        return values;
    }
}
