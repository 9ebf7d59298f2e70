using System.Diagnostics;
using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases.Files;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>Dumps a database: archive, counts and invariants of one snapshot.</summary>
/// <param name="server">The server.</param>
/// <param name="archiver">What writes the archive.</param>
internal sealed class PostgresDump(PostgresServer server, IPostgresArchiver archiver)
{
    private const string DataFile = "data/database.dump";
    private const string Activity = "Dumping the database";

    /// <summary>Dumps.</summary>
    /// <param name="directory">The backup's folder.</param>
    /// <param name="invariants">The invariants to read.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<DumpResult> RunAsync(string directory, IReadOnlyList<InvariantSpec> invariants, IOperationContext operation, CancellationToken cancellationToken) =>
        PostgresErrors.GuardAsync(server.Live, "BackupFailed", "could not be dumped", async () =>
        {
            var final = Path.Combine(directory, DataFile.Replace('/', Path.DirectorySeparatorChar));
            var temporary = final + ".partial";
            var connection = await server.OpenLiveAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                DurableFile.CreatePrivateDirectory(Path.GetDirectoryName(final)!);
                await DurableFile.CreatePrivate(temporary).DisposeAsync().ConfigureAwait(false);
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                try
                {
                    await PostgresReader.BeginSnapshotAsync(connection, stop.Token).ConfigureAwait(false);
                    var snapshot = await connection.ScalarAsync("SELECT pg_export_snapshot()", stop.Token).ConfigureAwait(false);
                    var moment = DateTimeOffset.UtcNow;
                    var tables = await PostgresReader.TablesAsync(connection, stop.Token).ConfigureAwait(false);
                    var progress = new DumpProgress(operation, server.Name, temporary, tables);
                    var writing = archiver.WriteAsync(server.Live, connection.Major, snapshot!, temporary, progress.Began, stop.Token);
                    var reading = ReadAsync(connection, invariants, stop.Token);
                    await BothAsync(writing, reading, stop).ConfigureAwait(false);
                    var (counts, values) = await reading.ConfigureAwait(false);
                    DurableFile.Publish(temporary, final);
                    return new DumpResult { Format = archiver.Format, Files = [DataFile], EngineVersion = connection.Version, SnapshotOn = moment, Tables = counts, Invariants = values, Tools = await writing.ConfigureAwait(false) };
                }
                finally
                {
                    DurableFile.Remove(temporary);
                    operation.Progress(new OperationProgress { Activity = Activity, Status = server.Name, Completed = true });
                }
            }
        });

    private static async Task<(IReadOnlyList<TableCount> Counts, IReadOnlyList<InvariantValue> Values)> ReadAsync(PostgresConnection connection, IReadOnlyList<InvariantSpec> invariants, CancellationToken cancellationToken)
    {
        var counts = await PostgresReader.CountAsync(connection, cancellationToken).ConfigureAwait(false);
        return (counts, await PostgresReader.InvariantsAsync(connection, invariants, cancellationToken).ConfigureAwait(false));
    }

    // What fails first is what is told, and it ends the other at once: the snapshot must stay open as long as one of them reads.
    private static async Task BothAsync(Task writing, Task reading, CancellationTokenSource stop)
    {
        var first = await Task.WhenAny(writing, reading).ConfigureAwait(false);
        if (!first.IsCompletedSuccessfully) await stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await Task.WhenAll(writing, reading).ConfigureAwait(false);
        }
        catch
        {
            await first.ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Tells how far a dump is: by the sizes of the tables that are done.</summary>
    private sealed class DumpProgress(IOperationContext operation, string database, string file, IReadOnlyList<(string Table, long Size, string Source)> tables)
    {
        private readonly Dictionary<string, long> _sizes = tables.ToDictionary(table => table.Table.Replace("\"", "", StringComparison.Ordinal), table => table.Size);
        private readonly long _total = Math.Max(1, tables.Sum(table => table.Size));
        private readonly Stopwatch _since = Stopwatch.StartNew();
        private long _before;
        private long _current;
        private TimeSpan _told = TimeSpan.MinValue;

        public void Began(string table)
        {
            _before += _current;
            _current = _sizes.GetValueOrDefault(table);
            // A host draws a few times a second at most.
            if (_told >= TimeSpan.Zero && _since.Elapsed - _told < TimeSpan.FromMilliseconds(200)) return;
            _told = _since.Elapsed;
            var written = new FileInfo(file) is { Exists: true } info ? info.Length : 0;
            operation.Progress(new OperationProgress { Activity = Activity, Status = string.Create(CultureInfo.InvariantCulture, $"{database}: {table}, {written / 1048576.0:0.0} MiB written"), Percent = 100.0 * _before / _total });
        }
    }
}
