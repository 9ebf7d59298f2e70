using System.Globalization;
using Npgsql;
using static UpgradeModule.Engine.Databases.Postgres.Managed.Reading.CatalogueSession;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>Opens the sessions of a dump: one that holds the snapshot and the locks, and others that share the snapshot.</summary>
internal static class SnapshotSession
{
    /// <summary>The time zone in which times with a zone are read. By this name every server knows it, also one without a list of zones, which may know no UTC.</summary>
    public const string TimeZone = "GMT";

    private const string Begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    private const int Tries = 5;
    private const int LockedAtOnce = 500;

    // Another's tables of this session alone, and what an extension doesn't hand out, are not read and not locked.
    private static string Tables { get; } = $"""
        SELECT c.oid, format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.oid >= {FirstOwn} AND {OwnSchema("n")}
          AND ({NotMember("pg_class", "c")} OR EXISTS (SELECT FROM pg_extension x WHERE c.oid = ANY (x.extconfig))) ORDER BY 2
        """;

    /// <summary>
    /// Begins the transaction that holds the snapshot. The tables are locked before it is taken, so that what it sees of them can't change between the
    /// moment of the snapshot and the moment at which the catalogue is read; a table that was made meanwhile begins it anew.
    /// </summary>
    /// <param name="connection">The session.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The snapshot's name, for the others.</returns>
    public static async Task<string> LeadAsync(PostgresConnection connection, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await connection.ExecuteAsync("BEGIN READ ONLY", cancellationToken).ConfigureAwait(false);
            await PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
            var wanted = await ListAsync(connection, cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync("ROLLBACK", cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync(Begin, cancellationToken).ConfigureAwait(false);
            await PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
            try
            {
                foreach (var names in wanted.Values.Chunk(LockedAtOnce)) await connection.ExecuteAsync($"LOCK TABLE {string.Join(", ", names.Select(name => "ONLY " + name))} IN ACCESS SHARE MODE", cancellationToken).ConfigureAwait(false);
                var found = await ListAsync(connection, cancellationToken).ConfigureAwait(false);
                if (attempt == Tries || found.All(table => wanted.TryGetValue(table.Key, out var name) && name == table.Value)) return (await connection.ScalarAsync("SELECT pg_export_snapshot()", cancellationToken).ConfigureAwait(false))!;
            }
            catch (PostgresException failure) when (failure.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName && attempt < Tries)
            {
                // Dropped or renamed since it was listed.
            }

            await connection.ExecuteAsync("ROLLBACK", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Begins a transaction that shares the snapshot.</summary>
    /// <param name="connection">The session.</param>
    /// <param name="snapshot">The snapshot's name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task FollowAsync(ISnapshotReader connection, string snapshot, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(Begin, cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync($"SET TRANSACTION SNAPSHOT {SqlText.Value(snapshot)}", cancellationToken).ConfigureAwait(false);
        await PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes a table's lock without waiting: somebody who wants the table for themselves would be waited for, and waits for the session that leads, which
    /// waits for nothing that the server could see.
    /// </summary>
    /// <param name="connection">The session that shares the snapshot.</param>
    /// <param name="table">The table, quoted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Whether it was to be had.</returns>
    public static async Task<bool> TryLockAsync(ISnapshotReader connection, string table, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync($"SAVEPOINT before; LOCK TABLE ONLY {table} IN ACCESS SHARE MODE NOWAIT; RELEASE SAVEPOINT before", cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await connection.ExecuteAsync("ROLLBACK TO SAVEPOINT before; RELEASE SAVEPOINT before", cancellationToken).ConfigureAwait(false);
            return false;
        }
    }

    private static async Task<Dictionary<uint, string>> ListAsync(PostgresConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync(Tables, cancellationToken).ConfigureAwait(false);
        return rows.ToDictionary(row => uint.Parse(row[0]!, CultureInfo.InvariantCulture), row => row[1]!);
    }

    // An empty search path has the server write every name with its schema. Values are written so that every server reads the same from them. All of it holds for
    // the transaction alone: behind a pooler nothing else stays with us, and what was set for a session would be found by whoever has it next. None of it takes
    // the snapshot, which a query would do.
    private static async Task PrepareAsync(ISnapshotReader connection, CancellationToken cancellationToken)
    {
        const string Settings = $"""
            SET LOCAL search_path = ''; SET LOCAL row_security = off; SET LOCAL extra_float_digits = 3; SET LOCAL DateStyle = ISO; SET LOCAL TimeZone = {TimeZone}; SET LOCAL IntervalStyle = postgres; SET LOCAL quote_all_identifiers = off;
            SET LOCAL bytea_output = hex; SET LOCAL synchronize_seqscans = off; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL standard_conforming_strings = on
            """;
        await connection.ExecuteAsync(Settings, cancellationToken).ConfigureAwait(false);
        if (connection.Major >= 17) await connection.ExecuteAsync("SET LOCAL transaction_timeout = 0", cancellationToken).ConfigureAwait(false);
    }
}
