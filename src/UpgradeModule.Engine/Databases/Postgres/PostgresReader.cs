using System.Globalization;
using Npgsql;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>Reads counts and invariants over one session, in a transaction of one snapshot.</summary>
internal static class PostgresReader
{
    // Partitioned tables have no rows of their own, their partitions do. What belongs to an extension isn't dumped, so it isn't counted. The values of an
    // enum, and of what may hold one, get other hashes in every database, and texts in a collation that takes different ones for equal get them of its library's
    // version: rows move between partitions that are chosen by them, so those are counted together.
    private static string Tables { get; } = $"""
        SELECT t.name, sum(pg_total_relation_size(t.oid)), t.source FROM (
        SELECT c.oid, CASE WHEN {ScatteredRoot("c")} IS NULL THEN format('%I.%I', n.nspname, c.relname) ELSE {ScatteredRoot("c")} END AS name, CASE WHEN {ScatteredRoot("c")} IS NULL THEN format('ONLY %I.%I', n.nspname, c.relname) ELSE {ScatteredRoot("c")} END AS source
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')) t
        GROUP BY t.name, t.source ORDER BY 1
        """;

    /// <summary>An expression: where a table is a partition of one that divides its rows by a hash that isn't the same everywhere, the name of the topmost one, quoted.</summary>
    /// <param name="alias">The alias of <c>pg_class</c> in the query.</param>
    public static string ScatteredRoot(string alias) => $"""
        (SELECT format('%I.%I', rn.nspname, r.relname) FROM pg_catalog.pg_class r JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace WHERE {alias}.relispartition AND r.oid = pg_catalog.pg_partition_root({alias}.oid)
        AND EXISTS (SELECT FROM pg_catalog.pg_partition_ancestors({alias}.oid) x JOIN pg_catalog.pg_partitioned_table pt ON pt.partrelid = x.relid, unnest(pt.partclass::oid[], pt.partcollation::oid[]) k (kind, coll) JOIN pg_catalog.pg_opclass o ON o.oid = k.kind
        WHERE pt.partstrat = 'h' AND (o.opcintype IN ('pg_catalog.anyenum'::regtype, 'pg_catalog.anyarray'::regtype, 'pg_catalog.anyrange'::regtype, 'pg_catalog.record'::regtype) OR EXISTS (SELECT FROM pg_catalog.pg_collation l WHERE l.oid = k.coll AND NOT l.collisdeterministic))))
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

    /// <summary>Lists the tables, their sizes in bytes, and where their rows are read from.</summary>
    /// <param name="connection">The session.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<(string Table, long Size, string Source)>> TablesAsync(PostgresConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(Tables, cancellationToken).ConfigureAwait(false);
        return [.. rows.Select(row => (row[0]!, long.Parse(row[1] ?? "0", CultureInfo.InvariantCulture), row[2]!))];
    }

    /// <summary>Counts the rows of every table.</summary>
    /// <param name="connection">The session.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<TableCount>> CountAsync(PostgresConnection connection, CancellationToken cancellationToken)
    {
        var counts = new List<TableCount>();
        foreach (var (table, _, source) in await TablesAsync(connection, cancellationToken).ConfigureAwait(false))
        {
            counts.Add(new TableCount { Table = table, Rows = await connection.NumberAsync($"SELECT count(*) FROM {source}", cancellationToken).ConfigureAwait(false) });
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
