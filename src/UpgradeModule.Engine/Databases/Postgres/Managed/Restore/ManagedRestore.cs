using System.Text;
using UpgradeModule.Engine.Databases.Postgres.Managed.Dump;
using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Restore;

/// <summary>Restores a managed dump into an empty database: what the rows need, the rows in parallel, indexes and keys in parallel, then the rest.</summary>
/// <param name="content">The dump.</param>
/// <param name="sessions">The sessions.</param>
/// <param name="mode">What of it.</param>
/// <param name="jobs">How many sessions work at the same time.</param>
/// <param name="progress">Told how far it is.</param>
internal sealed class ManagedRestore(ArchiveContent content, RestoreSessions sessions, RestoreMode mode, int jobs, WorkProgress? progress)
{
    // Of the time that a restore takes, rows have a good half; indexes and keys have most of the rest.
    private const double RowsEnd = 60;
    private const double LaterEnd = 97;

    private readonly StatementRunner _runner = new(mode);
    private readonly List<RestoreStep> _later = [];

    /// <summary>Restores.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="RestoreComplaintException">The server refuses something.</exception>
    /// <exception cref="InvalidDataException">The dump is damaged.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        progress?.Begin(new WorkStage { Size = Enumerable.Range(0, content.Index.Tables.Count).Sum(content.RowBytes), Parts = content.Index.Tables.Count(table => table.Rows > 0), To = RowsEnd });
        var main = await sessions.TakeAsync(cancellationToken).ConfigureAwait(false);
        if (content.IsInPieces) await InPiecesAsync(main, cancellationToken).ConfigureAwait(false);
        else await new DataLoader(content, sessions, progress).LoadInOrderAsync((number, text) => BlockAsync(main, number, text, cancellationToken), cancellationToken).ConfigureAwait(false);
        sessions.Return(main);
        await LaterAsync(cancellationToken).ConfigureAwait(false);
        if (mode != RestoreMode.Proof) await AnalyzeAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task InPiecesAsync(PostgresConnection main, CancellationToken cancellationToken)
    {
        var data = content.Index.Blocks.ToList().FindIndex(block => block.Table >= 0);
        var stream = content.Open();
        await using (stream.ConfigureAwait(false))
        {
            for (var number = 0; number < content.Index.Blocks.Count; number++)
            {
                if (number == data) await new DataLoader(content, sessions, progress).LoadAsync(jobs, cancellationToken).ConfigureAwait(false);
                if (content.Index.Blocks[number].Table < 0) await BlockAsync(main, number, await content.ReadAsync(stream, content.Index.Blocks[number], cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // What stands before the rows and between them is made at once; the rest waits until all rows are there.
    private async Task BlockAsync(PostgresConnection main, int number, byte[] text, CancellationToken cancellationToken)
    {
        foreach (var step in Steps(number, text))
        {
            if (step.Phase > DumpPhase.Data)
            {
                _later.Add(step);
                continue;
            }

            await _runner.RunAsync(main, step, cancellationToken).ConfigureAwait(false);
        }
    }

    private IEnumerable<RestoreStep> Steps(int number, byte[] text) => content.Index.Entries
        .Where(entry => entry.Block == number)
        .GroupBy(entry => entry.Object)
        .Select(group => new RestoreStep([.. group], [.. group.Select(entry => Encoding.UTF8.GetString(text, entry.Start, entry.Length))]));

    private async Task LaterAsync(CancellationToken cancellationToken)
    {
        progress?.Begin(new WorkStage { What = "indexes and keys", Size = _later.Sum(step => step.Work), Parts = _later.Count, Things = "steps", Bytes = false, From = RowsEnd, To = LaterEnd });
        var parallel = new ParallelSteps(_runner, sessions, jobs, progress);
        for (var at = 0; at < _later.Count;)
        {
            // Neighbours of one kind don't need each other, and are made together.
            var kind = _later[at].Kind;
            var count = _later.Skip(at).TakeWhile(step => step.IsParallel && step.Kind == kind).Count();
            if (count > 0)
            {
                await parallel.RunAsync(_later.Skip(at).Take(count), cancellationToken).ConfigureAwait(false);
            }
            else
            {
                count = 1;
                progress?.Begin(_later[at].Name, _later[at].Work);
                var connection = await sessions.TakeAsync(cancellationToken).ConfigureAwait(false);
                await _runner.RunAsync(connection, _later[at], cancellationToken).ConfigureAwait(false);
                progress?.Finish(_later[at].Name);
                sessions.Return(connection);
            }

            at += count;
        }
    }

    private async Task AnalyzeAsync(CancellationToken cancellationToken)
    {
        var runner = new ParallelSteps(_runner, sessions, jobs, progress);
        progress?.Begin(new WorkStage { What = "statistics", Parts = content.Index.Tables.Count, Bytes = false, From = LaterEnd });
        var steps = content.Index.Tables.Select(table => new RestoreStep([new ArchiveEntry { Name = "statistics of " + table.Name }], [$"ANALYZE {table.Name}"]));
        await runner.RunAsync(steps, cancellationToken).ConfigureAwait(false);
    }
}
