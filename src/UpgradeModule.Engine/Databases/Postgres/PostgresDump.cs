using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Databases.Postgres.Programs;
using UpgradeModule.Engine.Operations;

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
                using var over = new CancellationTokenSource();
                var progress = new WorkProgress(operation, Activity, server.Name);
                var growing = Task.CompletedTask;
                try
                {
                    await PostgresReader.BeginSnapshotAsync(connection, stop.Token).ConfigureAwait(false);
                    var snapshot = await connection.ScalarAsync("SELECT pg_export_snapshot()", stop.Token).ConfigureAwait(false);
                    var moment = DateTimeOffset.UtcNow;
                    var tables = await PostgresReader.TablesAsync(connection, stop.Token).ConfigureAwait(false);
                    progress.Begin(Stage(tables));
                    growing = TellGrowthAsync(temporary, progress, over.Token);
                    var writing = archiver.WriteAsync(server.Live, connection.Major, snapshot!, temporary, progress.Step, stop.Token);
                    var reading = ReadAsync(connection, invariants, stop.Token);
                    try
                    {
                        await BothAsync(writing, reading, stop).ConfigureAwait(false);
                    }
                    catch (SnapshotRefusedException refusal)
                    {
                        // The snapshot ends with this session, which does nothing when it has read all, and so wouldn't see that it is lost: then that is the cause.
                        await connection.RequireAliveAsync(cancellationToken).ConfigureAwait(false);
                        throw refusal.Told;
                    }

                    progress.Done();
                    var (counts, values) = await reading.ConfigureAwait(false);
                    DurableFile.Publish(temporary, final);
                    return new DumpResult { Format = archiver.Format, Files = [DataFile], EngineVersion = connection.Version, SnapshotOn = moment, Tables = counts, Invariants = values, Tools = await writing.ConfigureAwait(false) };
                }
                finally
                {
                    await over.CancelAsync().ConfigureAwait(false);
                    await growing.ConfigureAwait(false);
                    DurableFile.Remove(temporary);
                    progress.End();
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

    // What is written is compressed: how much smaller it is than the tables, those that are done tell.
    private static WorkStage Stage(IReadOnlyList<(string Table, long Size, string Source)> tables)
    {
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (table, size, _) in tables) sizes[table.Replace("\"", "", StringComparison.Ordinal)] = size;
        return new WorkStage { Size = sizes.Values.Sum(), Parts = tables.Count, Sizes = sizes, Exact = false };
    }

    // pg_dump tells which table it is at, and no more: how far it is there, the growing file tells.
    private static async Task TellGrowthAsync(string file, WorkProgress progress, CancellationToken over)
    {
        long before = 0;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        try
        {
            while (await timer.WaitForNextTickAsync(over).ConfigureAwait(false))
            {
                var length = new FileInfo(file) is { Exists: true } info ? info.Length : before;
                progress.Moved(length - before);
                before = length;
            }
        }
        catch (OperationCanceledException)
        {
            // The dump is over.
        }
    }
}
