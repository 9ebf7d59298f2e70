namespace UpgradeModule.Engine.Upgrades;

/// <summary>Makes a run's record its result.</summary>
internal static class UpgradeResults
{
    /// <summary>The result with everything that the run's record has.</summary>
    /// <param name="run">The record.</param>
    public static UpgradeResult From(UpgradeRun run) => new()
    {
        RunId = run.RunId,
        Kind = run.Kind,
        Deployment = run.Deployment,
        From = run.From,
        To = run.To,
        Reached = run.Reached,
        Outcome = run.Outcome,
        StartedOn = run.StartedOn,
        EndedOn = run.EndedOn,
        Downtime = run.Downtime,
        Duration = run.Duration,
        Backup = run.Backup,
        Steps = run.Steps,
        InvariantsBefore = run.InvariantsBefore,
        InvariantsAfter = run.InvariantsAfter,
        Kept = run.Kept,
        PausedAt = run.PausedAt,
        Error = run.Error,
        ErrorId = run.ErrorId,
        Message = run.Message,
        By = run.By,
        Resumed = run.Resumed,
        Undo = run.Undo,
        Completed = run.Completed,
        HistoryHead = run.HistoryHead,
    };
}
