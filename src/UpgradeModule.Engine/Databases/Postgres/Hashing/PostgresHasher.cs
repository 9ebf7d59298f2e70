using System.Buffers;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres.Hashing;

/// <summary>Hashes the rows of a database as COPY writes them, under settings with which every server writes the same.</summary>
/// <param name="server">The server.</param>
internal sealed class PostgresHasher(PostgresServer server)
{
    private const int Block = 1 << 18;
    private const string Settings = "SET LOCAL extra_float_digits = 3; SET LOCAL DateStyle = ISO; SET LOCAL IntervalStyle = postgres; SET LOCAL bytea_output = hex; SET LOCAL search_path = ''; SET LOCAL client_encoding = 'UTF8'";

    private static string Columns { get; } = """
        SELECT string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = $1::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        """;

    /// <summary>Hashes.</summary>
    /// <param name="like">A backup whose tables and columns are taken; all where <see langword="null"/>.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<IReadOnlyList<TableHash>> RunAsync(BackupContent? like, IOperationContext operation, CancellationToken cancellationToken) => PostgresErrors.GuardAsync(server.Live, "DatabaseQueryFailed", "could not be read", async () =>
    {
        var archive = like is null ? null : await ArchiveHasher.OpenAsync(like, cancellationToken).ConfigureAwait(false);
        var connection = await server.OpenLiveAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            await PostgresReader.BeginSnapshotAsync(connection, cancellationToken).ConfigureAwait(false);
            var found = await PostgresReader.TablesAsync(connection, cancellationToken).ConfigureAwait(false);
            await connection.ExecuteAsync(Settings, cancellationToken).ConfigureAwait(false);
            // A dump of before there was a zone in it has the one of its server, and so has a copy on the same server.
            if ((archive is null ? Managed.Dump.SnapshotSession.TimeZone : archive.Index.TimeZone) is { } zone) await connection.ExecuteAsync($"SET LOCAL TimeZone = {SqlText.Value(zone)}", cancellationToken).ConfigureAwait(false);
            var tables = archive is null ? await OwnAsync(connection, found, cancellationToken).ConfigureAwait(false) : [.. HashedTable.Of(archive.Index.Tables)];
            return await HashAsync(connection, tables, found.ToDictionary(table => table.Table, table => table.Source, StringComparer.Ordinal), operation, cancellationToken).ConfigureAwait(false);
        }
    });

    private static async Task<IReadOnlyList<HashedTable>> OwnAsync(PostgresConnection connection, IReadOnlyList<(string Table, long Size, string Source)> found, CancellationToken cancellationToken)
    {
        var tables = new List<HashedTable>();
        foreach (var (table, size, _) in found)
        {
            var columns = await connection.ScalarAsync(Columns, cancellationToken, table).ConfigureAwait(false);
            tables.Add(new HashedTable(table, string.IsNullOrEmpty(columns) ? "" : $" ({columns})", [], size));
        }

        return tables;
    }

    private static async Task<IReadOnlyList<TableHash>> HashAsync(PostgresConnection connection, IReadOnlyList<HashedTable> tables, IReadOnlyDictionary<string, string> sources, IOperationContext operation, CancellationToken cancellationToken)
    {
        // What an extension keeps isn't among the sources: it has rows of its own besides those of a backup.
        var wanted = tables.Where(table => sources.ContainsKey(table.Name)).ToList();
        var hashes = new List<TableHash>();
        var progress = new WorkProgress(operation, "Reading the database", connection.LogIn.Database);
        progress.Begin(new WorkStage { Size = wanted.Sum(table => table.Size), Parts = wanted.Count, Exact = false });
        try
        {
            foreach (var table in wanted)
            {
                progress.Begin(table.Name, table.Size);
                var hash = new ContentHash();
                await ReadAsync(connection, table.CopyOut(sources[table.Name]), hash, count => progress.Moved(table.Name, count), cancellationToken).ConfigureAwait(false);
                hashes.Add(hash.Of(table.Name));
                progress.Finish(table.Name);
            }
        }
        finally
        {
            progress.End();
        }

        return hashes;
    }

    private static async Task ReadAsync(PostgresConnection connection, string statement, ContentHash hash, Action<int> read, CancellationToken cancellationToken)
    {
        var source = await connection.BeginCopyOutAsync(statement, cancellationToken).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            var buffer = ArrayPool<byte>.Shared.Rent(Block);
            try
            {
                var length = 0;
                while (true)
                {
                    if (length == buffer.Length) buffer = Grow(buffer);
                    var count = await source.Stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                    if (count == 0) break;
                    read(count);
                    // What was there before holds no end of a row.
                    var fresh = length;
                    length += count;
                    if (!buffer.AsSpan(fresh, count).Contains((byte)'\n')) continue;
                    var done = hash.AddLines(buffer.AsSpan(0, length));
                    buffer.AsSpan(done, length - done).CopyTo(buffer);
                    length -= done;
                }

                source.Ended = true;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        var bigger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, buffer.Length * 2L));
        buffer.CopyTo(bigger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return bigger;
    }
}
