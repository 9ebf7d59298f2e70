using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>What a run's record says of whether it goes on, and what it left.</summary>
internal static class RunState
{
    /// <summary>Whether it was cut short: it has no end, and its process is gone. Whoever holds the deployment's lock knows without asking.</summary>
    /// <param name="document">The run.</param>
    /// <param name="holdsLock">Whether the caller holds the deployment's lock, so that no other process can work on it.</param>
    public static bool IsInterrupted(RunDocument document, bool holdsLock) =>
        document.Run.Outcome is null && (holdsLock || document.Holder is null || document.Holder.IsGone());

    /// <summary>Whether its undo was begun and has not ended.</summary>
    /// <param name="document">The run.</param>
    public static bool IsUndoing(RunDocument document) => document.Run.Undo is { EndedOn: null };

    /// <summary>Whether it left the application between two states: a new run from there would take half a swap for a beginning.</summary>
    /// <param name="document">The run.</param>
    public static bool IsHalfWay(RunDocument document) => document.Hop is { Touched: true } || document.Back is not null || IsUndoing(document);

    /// <summary>The run as people see it: one that was cut short is <c>Interrupted</c>, and its downtime is counted until now while it is down.</summary>
    /// <param name="document">The run.</param>
    public static UpgradeRun Shown(RunDocument document)
    {
        var run = document.Run;
        if (run.Outcome is not null) return run;
        var interrupted = IsInterrupted(document, holdsLock: false);
        var since = interrupted && document.DownSince is not null ? DateTimeOffset.UtcNow - document.SavedOn : TimeSpan.Zero;
        return run with
        {
            Outcome = interrupted ? UpgradeOutcome.Interrupted : null,
            EndedOn = null,
            Downtime = run.Downtime + (since > TimeSpan.Zero ? since : TimeSpan.Zero),
            Duration = document.SavedOn > run.StartedOn ? document.SavedOn - run.StartedOn : run.Duration,
            Message = interrupted ? Told(document) : run.Message,
        };
    }

    /// <summary>That it was cut short, where, and what to do.</summary>
    /// <param name="document">The run.</param>
    public static string Told(RunDocument document)
    {
        var run = document.Run;
        var what = IsUndoing(document) ? "The undo of the run" : document.Back is not null ? "The way back of the run" : "The run";
        var step = run.Steps.LastOrDefault(step => step.Status == UpgradeActionStatus.Started) ?? (run.Steps.Count > 0 ? run.Steps[^1] : null);
        var where = step is null ? "" : $" at '{step.Title}'";
        var state = IsHalfWay(document) ? "It left the application between two versions." : $"{run.Deployment.App} {run.Reached} was in place.";
        return $"{what} {run.RunId} of {run.Deployment.Name}, begun {run.StartedOn:u} by {run.By}, was cut short{where}: its process has ended. {state} {Remedy(run)}";
    }

    /// <summary>What to do about a run that was cut short.</summary>
    /// <param name="run">The run.</param>
    public static string Remedy(UpgradeRun run) => $"Resume-UpgradeRun {run.RunId} finishes it, Undo-UpgradeRun {run.RunId} takes it back.";
}
