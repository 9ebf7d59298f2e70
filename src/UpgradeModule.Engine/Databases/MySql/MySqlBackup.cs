using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Databases.Programs;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Backs a database up by the server's own dump program, in one transaction.</summary>
/// <param name="server">The server.</param>
internal sealed class MySqlBackup(MySqlServer server)
{
    private const string Activity = "Backing up the database";

    /// <summary>Backs up.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="invariants">The invariants to read in the same snapshot.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<DumpResult> RunAsync(string directory, IReadOnlyList<InvariantSpec> invariants, BackupOptions options, IOperationContext operation, CancellationToken cancellationToken) => MySqlErrors.GuardAsync(server.Admin, "BackupFailed", "could not be backed up", async () =>
    {
        // Who may more sees more: triggers and routines are hidden from those without a right to them.
        var client = await server.Tools.ClientAsync(cancellationToken).ConfigureAwait(false);
        var session = await MySqlSession.OpenAsync(client, server.Admin, server.Name, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await RequireWholeAsync(session, cancellationToken).ConfigureAwait(false);
            var tables = await MySqlCatalog.TablesAsync(session, server.Name, cancellationToken).ConfigureAwait(false);
            if (await MySqlCoverage.ObstacleAsync(session, server.Admin, tables, cancellationToken).ConfigureAwait(false) is { } obstacle) throw obstacle;
            var tool = await server.Tools.DumperAsync(session.Server, cancellationToken).ConfigureAwait(false);
            var progress = new WorkProgress(operation, Activity, server.Name);
            try
            {
                progress.Begin(new WorkStage { Size = tables.Sum(table => table.Size), Parts = tables.Count(table => table.HasRows), Sizes = tables.ToDictionary(table => table.Name, table => table.Size, StringComparer.Ordinal), Exact = false });
                return await WriteAsync(directory, session, client, tool, tables, invariants, options.Compression ?? BackupCompression.Gzip, operation, progress, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                progress.End();
            }
        }
    });

    // Half of it may lie in another database: what is backed up now is no state that the application ever had.
    private async Task RequireWholeAsync(MySqlSession session, CancellationToken cancellationToken)
    {
        var pending = await SwapRecord.PendingAsync(session, server.Name, cancellationToken).ConfigureAwait(false);
        if (pending.FirstOrDefault(one => !one.Record.IsLiveWhole) is not { Aside: { } aside }) return;
        throw new UpgradeException(
            "DatabaseSwapUnfinished", UpgradeErrorCategory.InvalidOperation, server.Name, $"The database '{server.Name}' is not whole: a restore, or a way back, was cut short while its tables changed places with those of '{aside}'.",
            "Finish it before anything else, with the application stopped: run the same Restore-AppDatabase, Resume-UpgradeRun or Undo-UpgradeRun again, which does so first.");
    }

    private async Task<DumpResult> WriteAsync(string directory, MySqlSession session, MySqlTool client, MySqlTool tool, IReadOnlyList<MySqlTable> tables, IReadOnlyList<InvariantSpec> invariants, BackupCompression compression, IOperationContext operation, WorkProgress progress, CancellationToken cancellationToken)
    {
        var charset = await MySqlCatalog.CharacterSetAsync(session, server.Name, cancellationToken).ConfigureAwait(false);
        var file = Path.Combine(directory, MySqlFiles.Data(compression).Replace('/', Path.DirectorySeparatorChar));
        DurableFile.CreatePrivateDirectory(Path.GetDirectoryName(file)!);
        var filter = new DumpFilter(progress.Step);
        var output = new DumpFile(file, compression);
        await using (output.ConfigureAwait(false))
        {
            // A dump of one database says nothing of the character set that its new tables get.
            await output.AddAsync(System.Text.Encoding.UTF8.GetBytes($"ALTER DATABASE {charset};\n"), cancellationToken).ConfigureAwait(false);
            var moment = new SnapshotMoment(server, client, session, operation);
            await using (moment.ConfigureAwait(false))
            {
                using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await moment.BeginAsync(stop.Token).ConfigureAwait(false);
                var on = DateTimeOffset.UtcNow;
                var dump = MySqlDumper.RunAsync(tool, server.Admin, MySqlDumper.Everything(tool), [server.Name], (stream, token) => filter.RunAsync(stream, WriteAsync, token), moment.Watch, stop.Token);
                var numbers = moment.ReadAsync(invariants, dump, stop.Token);
                await BothAsync(dump, numbers, stop).ConfigureAwait(false);
                if (!filter.IsComplete) throw new MySqlFailure(0, $"{tool.Program} ended without its last line");
                progress.Done();
                var counts = Counts(tables, filter);
                Compare(counts, (await numbers.ConfigureAwait(false)).Counts);
                var digest = await output.CompleteAsync(cancellationToken).ConfigureAwait(false);
                return new DumpResult
                {
                    Format = MySqlFiles.Format(compression),
                    Files = [MySqlFiles.Data(compression)],
                    Digests = new Dictionary<string, string> { [MySqlFiles.Data(compression)] = digest },
                    EngineVersion = session.Server.Text,
                    SnapshotOn = on,
                    Tables = counts,
                    Invariants = (await numbers.ConfigureAwait(false)).Invariants,
                    Tools = new Dictionary<string, string> { [Path.GetFileName(tool.Program)] = tool.Version.Text, ["consistency"] = moment.Description, ["compression"] = compression == BackupCompression.Gzip ? GzipLevel.Description : compression.ToString() },
                };

                async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken token)
                {
                    await output.AddAsync(bytes, token).ConfigureAwait(false);
                    progress.Moved(bytes.Length);
                }
            }
        }
    }

    // Tables without rows are in no INSERT; one that came in between is in no list.
    private static List<TableCount> Counts(IReadOnlyList<MySqlTable> tables, DumpFilter filter) =>
        [.. tables.Where(table => table.HasRows).Select(table => table.Name).Union(filter.Rows.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => new TableCount { Table = name, Rows = filter.Rows.GetValueOrDefault(name) })];

    private static void Compare(IReadOnlyList<TableCount> dumped, IReadOnlyList<TableCount>? counted)
    {
        if (counted is null) return;
        var differences = TableComparison.Differences(counted, dumped);
        if (differences.Count > 0) throw new MySqlFailure(0, $"the dump has other rows than the database had at its moment: {string.Join("; ", differences.Take(5))}");
    }

    // What fails first is what is told, and it ends the other at once.
    private static async Task BothAsync(Task dump, Task numbers, CancellationTokenSource stop)
    {
        var first = await Task.WhenAny(dump, numbers).ConfigureAwait(false);
        if (!first.IsCompletedSuccessfully) await stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await Task.WhenAll(dump, numbers).ConfigureAwait(false);
        }
        catch
        {
            await first.ConfigureAwait(false);
            throw;
        }
    }
}
