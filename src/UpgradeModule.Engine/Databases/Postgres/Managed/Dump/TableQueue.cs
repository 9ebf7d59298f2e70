using System.Collections.Concurrent;
using Npgsql;
using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>Reads all tables, several at the same time, the biggest first; those that have a turn one by one after them.</summary>
/// <param name="readers">What opens the sessions that read.</param>
/// <param name="tables">The tables, biggest first.</param>
/// <param name="archive">What takes the blocks.</param>
/// <param name="progress">Who is told.</param>
internal sealed class TableQueue(SnapshotReaders readers, IReadOnlyList<TableData> tables, ArchiveWriter archive, WorkProgress progress)
{
    private readonly ConcurrentQueue<int> _left = new(Enumerable.Range(0, tables.Count).Where(place => tables[place].Turn == 0));
    private readonly ConcurrentQueue<int> _leadersOwn = new();
    private readonly long[] _rows = new long[tables.Count];
    private bool _isSnapshotRefused;

    /// <summary>Reads.</summary>
    /// <param name="leader">The session that holds the snapshot and the locks.</param>
    /// <param name="snapshot">The snapshot's name.</param>
    /// <param name="jobs">How many sessions read at the same time.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>How many rows each table had.</returns>
    public async Task<long[]> RunAsync(PostgresConnection leader, string snapshot, int jobs, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Where the leader's own way of reading is the slower one, it only holds the locks.
        var quick = tables.Count == 0 ? null : await readers.TryOpenAsync(leader, cancellationToken).ConfigureAwait(false);
        var others = Math.Max(0, Math.Min(jobs, tables.Count) - 1);
        List<Task> all = [quick is null ? LeadAsync(leader, stop.Token) : FollowAsync(quick, snapshot, stop.Token), .. Enumerable.Range(0, others).Select(_ => FollowAsync(null, snapshot, stop.Token))];
        var working = all.ToList();
        while (working.Count > 0)
        {
            var ended = await Task.WhenAny(working).ConfigureAwait(false);
            working.Remove(ended);
            if (ended.IsCompletedSuccessfully) continue;
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(working).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            // The snapshot ends with the session that leads, which does nothing meanwhile and so wouldn't see that it is lost: then that is the cause.
            if (_isSnapshotRefused) await leader.RequireAliveAsync(cancellationToken).ConfigureAwait(false);
            await ended.ConfigureAwait(false);
        }

        while (_leadersOwn.TryDequeue(out var place)) await CopyAsync(leader, place, cancellationToken).ConfigureAwait(false);
        for (var place = 0; place < tables.Count; place++)
        {
            if (tables[place].Turn > 0) await CopyAsync(leader, place, cancellationToken).ConfigureAwait(false);
        }

        return _rows;
    }

    private async Task LeadAsync(PostgresConnection connection, CancellationToken cancellationToken)
    {
        while (_leadersOwn.TryDequeue(out var place) || _left.TryDequeue(out place)) await CopyAsync(connection, place, cancellationToken).ConfigureAwait(false);
    }

    private async Task FollowAsync(ISnapshotReader? opened, string snapshot, CancellationToken cancellationToken)
    {
        if (opened is null && _left.IsEmpty) return;
        if ((opened ?? await readers.OpenAsync(cancellationToken).ConfigureAwait(false)) is not { } reader) return;
        await using (reader.ConfigureAwait(false))
        {
            await ShareAsync(reader, snapshot, cancellationToken).ConfigureAwait(false);
            while (_left.TryDequeue(out var place))
            {
                if (await SnapshotSession.TryLockAsync(reader, tables[place].Name, cancellationToken).ConfigureAwait(false)) await CopyAsync(reader, place, cancellationToken).ConfigureAwait(false);
                else _leadersOwn.Enqueue(place);
            }
        }
    }

    private async Task ShareAsync(ISnapshotReader reader, string snapshot, CancellationToken cancellationToken)
    {
        try
        {
            await SnapshotSession.FollowAsync(reader, snapshot, cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException)
        {
            _isSnapshotRefused = true;
            throw;
        }
    }

    private async Task CopyAsync(ISnapshotReader connection, int place, CancellationToken cancellationToken)
    {
        var table = tables[place];
        progress.Begin(table.Name, table.Size);
        _rows[place] = await new TableReader(archive, count => progress.Moved(table.Name, count)).RunAsync(connection, table, place, cancellationToken).ConfigureAwait(false);
        progress.Finish(table.Name);
    }
}
