using System.Buffers;
using System.Threading.Channels;
using Npgsql;
using UpgradeModule.Engine.Databases.Postgres.Managed.Dump;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Restore;

/// <summary>Loads rows into the tables of a database, several at the same time.</summary>
/// <param name="content">The dump.</param>
/// <param name="sessions">The sessions.</param>
/// <param name="progress">Told how far it is.</param>
internal sealed class DataLoader(ArchiveContent content, RestoreSessions sessions, WorkProgress? progress)
{
    private const int Waiting = 4;

    // Bytes on the server: emptying a table makes new files, which a small one isn't worth.
    private const long WorthFreezing = 1 << 20;

    /// <summary>Loads tables by place: each by one session to its end, the biggest first.</summary>
    /// <param name="jobs">How many sessions work.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task LoadAsync(int jobs, CancellationToken cancellationToken)
    {
        var blocks = content.Index.Blocks.Where(block => block.Table >= 0).ToLookup(block => block.Table);
        var options = new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellationToken };
        // One by one off the list: the usual way of dividing it would give neighbours to the same hand.
        var order = blocks.Select(group => group.Key).Where(place => !content.Index.Tables[place].InTurn).Order().ToList();
        var next = -1;
        await Parallel.ForEachAsync(Enumerable.Range(0, Math.Min(jobs, order.Count)), options, async (_, token) =>
        {
            var stream = content.Open();
            await using (stream.ConfigureAwait(false))
            {
                for (var at = Interlocked.Increment(ref next); at < order.Count; at = Interlocked.Increment(ref next))
                {
                    await LoadTableAsync(order[at], Texts(stream, blocks[order[at]], token), token).ConfigureAwait(false);
                }
            }
        }).ConfigureAwait(false);
        var last = content.Open();
        await using (last.ConfigureAwait(false))
        {
            foreach (var place in blocks.Select(group => group.Key).Where(place => content.Index.Tables[place].InTurn).Order()) await LoadTableAsync(place, Texts(last, blocks[place], cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Loads tables as their blocks come, where they can be read in their order alone. Statements between them are handed on.</summary>
    /// <param name="onStatements">Takes a block with statements: what comes after waits for it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task LoadInOrderAsync(Func<int, byte[], Task> onStatements, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var left = content.Index.Blocks.Where(block => block.Table >= 0).GroupBy(block => block.Table).ToDictionary(group => group.Key, group => group.Count());
        var open = new Dictionary<int, (Channel<(ArchiveBlock, byte[])> Channel, Task Load)>();
        var loads = new List<Task>();
        try
        {
            var number = 0;
            await foreach (var (block, text) in content.ReadAllAsync(stop.Token).ConfigureAwait(false))
            {
                if (block.Table < 0)
                {
                    await onStatements(number, text).ConfigureAwait(false);
                }
                else
                {
                    if (!open.TryGetValue(block.Table, out var load))
                    {
                        // All that stands before it is there to its end, and on its way.
                        if (content.Index.Tables[block.Table].InTurn) await Task.WhenAll(loads).ConfigureAwait(false);
                        var channel = Channel.CreateBounded<(ArchiveBlock, byte[])>(Waiting);
                        open[block.Table] = load = (channel, StopOnFailureAsync(LoadTableAsync(block.Table, channel.Reader.ReadAllAsync(stop.Token), stop.Token), stop));
                        loads.Add(load.Load);
                    }

                    await load.Channel.Writer.WriteAsync((block, text), stop.Token).ConfigureAwait(false);
                    if (--left[block.Table] == 0) load.Channel.Writer.Complete();
                }

                number++;
            }

            await Task.WhenAll(loads).ConfigureAwait(false);
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(loads).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            // What failed first is what is told, not that the others were told to stop.
            if (loads.Find(load => load.IsFaulted) is { } failed) await failed.ConfigureAwait(false);
            throw;
        }
    }

    private static async Task StopOnFailureAsync(Task load, CancellationTokenSource stop)
    {
        try
        {
            await load.ConfigureAwait(false);
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async IAsyncEnumerable<(ArchiveBlock Block, byte[] Text)> Texts(FileStream stream, IEnumerable<ArchiveBlock> blocks, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // One is read and decompressed while the one before it is on its way to the server.
        Task<byte[]>? next = null;
        ArchiveBlock? ahead = null;
        try
        {
            foreach (var block in blocks)
            {
                var (text, ready) = (next is null ? null : await next.ConfigureAwait(false), ahead);
                (next, ahead) = (Task.Run(() => content.ReadAsync(stream, block, cancellationToken), cancellationToken), block);
                if (text is not null) yield return (ready!, text);
            }

            if (next is not null) yield return (ahead!, await next.ConfigureAwait(false));
        }
        finally
        {
            // The file must not be closed under it.
            if (next is { IsCompleted: false }) await Task.WhenAny(next).ConfigureAwait(false);
        }
    }

    // One COPY for all of a table's blocks: what a script needs around each of them is left out.
    private async Task LoadTableAsync(int place, IAsyncEnumerable<(ArchiveBlock Block, byte[] Text)> texts, CancellationToken cancellationToken)
    {
        var table = content.Index.Tables[place];
        progress?.Begin(table.Name, content.RowBytes(place));
        var connection = await sessions.TakeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var isFrozen = await BeginFrozenAsync(connection, table, cancellationToken).ConfigureAwait(false);
            var copy = await connection.BeginCopyInAsync(isFrozen ? table.CopyIn + " WITH (FREEZE)" : table.CopyIn, cancellationToken).ConfigureAwait(false);
            try
            {
                await foreach (var (block, text) in texts.ConfigureAwait(false))
                {
                    await copy.WriteAsync(text.AsMemory(block.Head, block.Raw - block.Head - block.Tail), cancellationToken).ConfigureAwait(false);
                    progress?.Moved(table.Name, block.Raw - block.Head - block.Tail);
                    ArrayPool<byte>.Shared.Return(text);
                }

                await copy.DisposeAsync().ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is not PostgresException)
            {
                await AbandonAsync(copy).ConfigureAwait(false);
                throw;
            }

            if (isFrozen) await connection.ExecuteAsync("COMMIT", cancellationToken).ConfigureAwait(false);
            sessions.Return(connection);
            progress?.Finish(table.Name);
        }
        catch (PostgresException failure)
        {
            throw new RestoreComplaintException($"the rows of {table.Name}", failure);
        }
    }

    // Rows that are frozen as they come needn't be marked by whoever reads them first, which for a new table is the index, the count and ANALYZE: each of
    // them would write the table again. The server wants the table emptied in the same transaction; one that an extension has filled already is left alone.
    private static async Task<bool> BeginFrozenAsync(PostgresConnection connection, ArchiveTable table, CancellationToken cancellationToken)
    {
        var isItsOwn = table.CopyIn.StartsWith($"COPY {table.Name} ", StringComparison.Ordinal);
        if (table.Size < WorthFreezing || !isItsOwn || await connection.TestAsync($"SELECT EXISTS (SELECT FROM ONLY {table.Name})", cancellationToken).ConfigureAwait(false)) return false;
        await connection.ExecuteAsync("BEGIN", cancellationToken).ConfigureAwait(false);
        await connection.ExecuteAsync($"TRUNCATE TABLE ONLY {table.Name}", cancellationToken).ConfigureAwait(false);
        return true;
    }

    // Disposed, a COPY would count as whole.
    private static async Task AbandonAsync(NpgsqlRawCopyStream copy)
    {
        try
        {
            await copy.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or InvalidOperationException or OperationCanceledException)
        {
            // The session is of no more use, and what led here is told.
        }
    }
}
