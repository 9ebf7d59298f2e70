using System.Text.Json;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Databases.Postgres.Managed.Reading;
using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>Dumps a database without any program: a script that psql restores, and an index with which it is restored in parallel.</summary>
/// <param name="server">The server.</param>
/// <param name="options">How.</param>
internal sealed class ManagedDump(PostgresServer server, BackupOptions options)
{
    private const string Activity = "Dumping the database";
    private const int UsualJobs = 2;

    private readonly BackupCompression _compression = options.Compression ?? BackupCompression.Gzip;
    private readonly int _jobs = Math.Max(1, options.Jobs ?? UsualJobs);

    /// <summary>Dumps.</summary>
    /// <param name="directory">The backup's folder.</param>
    /// <param name="invariants">The invariants to read.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>BackupNotCovered</c>: there is something in the database that this can't write; nothing was written.</exception>
    public Task<DumpResult> RunAsync(string directory, IReadOnlyList<InvariantSpec> invariants, IOperationContext operation, CancellationToken cancellationToken) =>
        PostgresErrors.GuardAsync(server.Live, "BackupFailed", "could not be dumped", async () =>
        {
            var connection = await server.OpenLiveAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                Coverage.RequireVersion(server.Live, connection);
                var snapshot = await SnapshotSession.LeadAsync(connection, cancellationToken).ConfigureAwait(false);
                var moment = DateTimeOffset.UtcNow;
                var (model, objects) = await SchemaReader.ReadAsync(connection, cancellationToken).ConfigureAwait(false);
                Coverage.Require(server.Live, model);
                await Coverage.RequireAllRowsAsync(server.Live, connection, cancellationToken).ConfigureAwait(false);
                var values = await PostgresReader.InvariantsAsync(connection, invariants, cancellationToken).ConfigureAwait(false);
                await connection.ExecuteAsync("SELECT pg_catalog.set_config('search_path', '', true)", cancellationToken).ConfigureAwait(false);
                var encoding = await connection.ScalarAsync("SHOW server_encoding", cancellationToken).ConfigureAwait(false);
                var progress = new WorkProgress(operation, Activity, server.Name);
                // How big rows are as text isn't known before they are read, only what they take on the server.
                progress.Begin(new WorkStage { Size = model.Tables.Sum(table => table.Size), Parts = model.Tables.Count, Exact = false });
                try
                {
                    var written = await WriteAsync(directory, connection, new SnapshotReaders(server, operation), snapshot, model, objects, encoding!, progress, cancellationToken).ConfigureAwait(false);
                    return written with { EngineVersion = connection.Version, SnapshotOn = moment, Invariants = values };
                }
                finally
                {
                    progress.End();
                }
            }
        });

    private async Task<DumpResult> WriteAsync(string directory, PostgresConnection connection, SnapshotReaders readers, string snapshot, SchemaModel model, IReadOnlyList<DbObject> objects, string encoding, WorkProgress progress, CancellationToken cancellationToken)
    {
        var (data, index) = (ManagedFiles.Data(_compression), ManagedFiles.Index);
        var (dataFile, indexFile) = (ManagedFiles.In(directory, data), ManagedFiles.In(directory, index));
        var (partial, partialIndex) = (dataFile + ".partial", indexFile + ".partial");
        try
        {
            DurableFile.CreatePrivateDirectory(Path.GetDirectoryName(dataFile)!);
            string digest;
            long[] rows;
            var file = DurableFile.CreatePrivate(partial);
            using var archive = new ArchiveWriter(file, _compression, (2 * _jobs) + 2);
            await using (file.ConfigureAwait(false))
            {
                (digest, rows) = await FillAsync(archive, connection, readers, snapshot, model, objects, progress, cancellationToken).ConfigureAwait(false);
            }

            var contents = new ArchiveIndex
            {
                Server = connection.Version,
                Encoding = encoding,
                TimeZone = SnapshotSession.TimeZone,
                Compression = _compression,
                Tables = [.. model.Tables.Select((table, place) => new ArchiveTable(table.Name, table.CopyIn, table.Size, rows[place], table.Turn > 0))],
                Blocks = archive.Blocks,
                Entries = archive.Entries,
            };
            var stream = DurableFile.CreatePrivate(partialIndex);
            await using (stream.ConfigureAwait(false)) await JsonSerializer.SerializeAsync(stream, contents, ArchiveJsonContext.Default.ArchiveIndex, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            DurableFile.Publish(partialIndex, indexFile);
            DurableFile.Publish(partial, dataFile);
            return new DumpResult
            {
                Format = ManagedFiles.Format(_compression),
                Files = [data, index],
                Digests = new Dictionary<string, string> { [data] = digest },
                Tables = [.. model.Tables.Select((table, place) => (table.CountedAs, Rows: rows[place])).Where(table => table.CountedAs is not null).GroupBy(table => table.CountedAs!).Select(table => new TableCount { Table = table.Key, Rows = table.Sum(part => part.Rows) }).OrderBy(table => table.Table, StringComparer.Ordinal)],
                Tools = new Dictionary<string, string> { ["engine"] = nameof(BackupEngine.Managed), ["compression"] = _compression == BackupCompression.Gzip ? GzipLevel.Description : _compression == BackupCompression.Brotli ? "brotli quality 1" : "none" },
            };
        }
        catch (IOException failure) when (DiskSpace.IsFull(failure))
        {
            throw DiskSpace.Full(directory, null, failure);
        }
        finally
        {
            DurableFile.Remove(partial);
            DurableFile.Remove(partialIndex);
        }
    }

    private async Task<(string Digest, long[] Rows)> FillAsync(ArchiveWriter archive, PostgresConnection connection, SnapshotReaders readers, string snapshot, SchemaModel model, IReadOnlyList<DbObject> objects, WorkProgress progress, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var writing = archive.RunAsync(stop.Token);
        var reading = ReadAsync(archive, connection, readers, snapshot, model, objects, progress, stop.Token);
        // What fails first is what is told, and it ends the other at once. What was told to stop has not failed, though it may be the first to end.
        var first = await Task.WhenAny(writing, reading).ConfigureAwait(false);
        if (!first.IsCompletedSuccessfully) await stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await Task.WhenAll(writing, reading).ConfigureAwait(false);
        }
        catch
        {
            await (first.IsFaulted ? first : reading.IsFaulted ? reading : writing.IsFaulted ? writing : first).ConfigureAwait(false);
            throw;
        }

        return (await writing.ConfigureAwait(false), await reading.ConfigureAwait(false));
    }

    private async Task<long[]> ReadAsync(ArchiveWriter archive, PostgresConnection connection, SnapshotReaders readers, string snapshot, SchemaModel model, IReadOnlyList<DbObject> objects, WorkProgress progress, CancellationToken cancellationToken)
    {
        var statements = new StatementWriter(archive);
        statements.Append(ScriptHeader.Text(connection.Version, ManagedFiles.Data(_compression)));
        foreach (var item in objects.Where(item => item.Phase == DumpPhase.Before)) await statements.AddAsync(item, cancellationToken).ConfigureAwait(false);
        await statements.FlushAsync(cancellationToken).ConfigureAwait(false);
        var rows = await new TableQueue(readers, model.Tables, archive, progress).RunAsync(connection, snapshot, _jobs, cancellationToken).ConfigureAwait(false);
        await StateReader.ReadAsync(connection, model, statements, cancellationToken).ConfigureAwait(false);
        foreach (var item in objects.Where(item => item.Phase > DumpPhase.Data)) await statements.AddAsync(item, cancellationToken).ConfigureAwait(false);
        await statements.FlushAsync(cancellationToken).ConfigureAwait(false);
        archive.Complete();
        return rows;
    }
}
