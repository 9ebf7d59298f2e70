using System.Globalization;
using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>Reads the states of sequences and the bytes of large objects.</summary>
internal static class StateReader
{
    private const int SequencesAtOnce = 100;
    private const int Piece = 256 * 1024;

    /// <summary>Reads. Sequences don't stand still for a snapshot, so they are read after the rows: then they are never behind them.</summary>
    /// <param name="connection">The session that holds the snapshot.</param>
    /// <param name="model">The database.</param>
    /// <param name="statements">What takes the statements.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task ReadAsync(PostgresConnection connection, SchemaModel model, StatementWriter statements, CancellationToken cancellationToken)
    {
        foreach (var names in model.Sequences.Chunk(SequencesAtOnce))
        {
            // Not from the view pg_sequences: that doesn't tell a start that was moved from one that was used.
            var query = string.Join(" UNION ALL ", names.Select(name => $"SELECT quote_literal({SqlText.Value(name)}), last_value, is_called FROM {name}"));
            foreach (var row in await connection.QueryAsync(query, cancellationToken).ConfigureAwait(false))
            {
                await statements.AddStateAsync($"sequence {row[0]}", $"SELECT pg_catalog.setval({row[0]!.Trim()}, {row[1]}, {(row[2] == "t" ? "true" : "false")})", cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var oid in model.LargeObjects)
        {
            for (long offset = 0; ; offset += Piece)
            {
                var hex = await connection.ScalarAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT encode(lo_get({oid}, {offset}, {Piece}), 'hex')"), cancellationToken).ConfigureAwait(false);
                if (string.IsNullOrEmpty(hex)) break;
                await statements.AddStateAsync(string.Create(CultureInfo.InvariantCulture, $"large object {oid}"), string.Create(CultureInfo.InvariantCulture, $"SELECT pg_catalog.lo_put({oid}, {offset}, '\\x{hex}')"), cancellationToken).ConfigureAwait(false);
                if (hex.Length < 2 * Piece) break;
            }
        }
    }
}
