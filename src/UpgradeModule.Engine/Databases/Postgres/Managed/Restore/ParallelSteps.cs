using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Restore;

/// <summary>Runs steps that don't need each other, several at the same time: those on one table together only where they share it.</summary>
/// <param name="runner">What runs a step.</param>
/// <param name="sessions">The sessions.</param>
/// <param name="jobs">How many work at the same time.</param>
/// <param name="progress">Told how far it is.</param>
internal sealed class ParallelSteps(StatementRunner runner, RestoreSessions sessions, int jobs, WorkProgress? progress)
{
    private readonly Dictionary<string, (int Shared, int Alone)> _locked = [];

    /// <summary>Runs steps, those that stand first as soon as they can.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task RunAsync(IEnumerable<RestoreStep> steps, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = steps.ToList();
        var running = new List<(Task Task, RestoreStep Step)>();
        while (waiting.Count + running.Count > 0)
        {
            while (running.Count < jobs && waiting.Find(MayRun) is { } step)
            {
                waiting.Remove(step);
                Lock(step, 1);
                running.Add((RunAsync(step, stop.Token), step));
            }

            // By place: tasks that end at once may be one and the same.
            var ended = await Task.WhenAny(running.Select(one => one.Task)).ConfigureAwait(false);
            var place = running.FindIndex(one => one.Task == ended);
            Lock(running[place].Step, -1);
            running.RemoveAt(place);
            if (ended.IsCompletedSuccessfully) continue;
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running.Select(one => one.Task)).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            await ended.ConfigureAwait(false);
        }
    }

    private async Task RunAsync(RestoreStep step, CancellationToken cancellationToken)
    {
        progress?.Begin(step.Name, step.Work);
        var connection = await sessions.TakeAsync(cancellationToken).ConfigureAwait(false);
        await runner.RunAsync(connection, step, cancellationToken).ConfigureAwait(false);
        sessions.Return(connection);
        progress?.Finish(step.Name);
    }

    private bool MayRun(RestoreStep step)
    {
        if (step.Table is null || !_locked.TryGetValue(step.Table, out var held)) return true;
        return held.Alone == 0 && (held.Shared == 0 || step.Shares);
    }

    private void Lock(RestoreStep step, int count)
    {
        if (step.Table is null) return;
        var held = _locked.GetValueOrDefault(step.Table);
        _locked[step.Table] = step.Shares ? (held.Shared + count, held.Alone) : (held.Shared, held.Alone + count);
    }
}
