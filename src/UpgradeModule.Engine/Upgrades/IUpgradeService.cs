using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Upgrades.Undo;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>Runs upgrade paths, and knows the runs that were.</summary>
public interface IUpgradeService
{
    /// <summary>Walks a path: readiness, artifacts and proven backup, then for every stop: stop, rollback point, swap, start, wait, compare.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">The path and how.</param>
    /// <param name="cancellationToken">Cancelling goes back to the last completed stop first, and the result says so.</param>
    /// <returns>How it ended: a failure that was taken back is a result, no exception.</returns>
    /// <exception cref="UpgradeException"><c>NotReady</c>: blockers stand in the way; nothing was touched. <c>DeploymentLocked</c>. <c>RunInterrupted</c>: an earlier run left the application between two versions. What fails before the first stop.</exception>
    Task<UpgradeResult> RunAsync(DeploymentContext context, UpgradeRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Goes on with a run that was cut short, paused, or could not be taken back: at the first action whose effect isn't complete, in the direction
    /// that it went. A hop that can't be finished is taken back.
    /// </summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">Which run, and what is said anew.</param>
    /// <param name="cancellationToken">Cancelling goes back to the last completed stop first, and the result says so.</param>
    /// <exception cref="UpgradeException"><c>RunNotFound</c>, <c>RunEnded</c>, <c>RunSuperseded</c>, <c>RunTooOld</c>, <c>DeploymentLocked</c>; <c>NotReady</c> and what else stands in the way: the run is left as it was.</exception>
    Task<UpgradeResult> ResumeAsync(DeploymentContext context, ResumeRequest request, CancellationToken cancellationToken);

    /// <summary>Works out what the undo of a run would do, and what would be lost. Nothing is changed.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">Which run, and how.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>RunNotFound</c>, <c>RunNotEnded</c>, <c>RunSuperseded</c>, <c>UndoImpossible</c>, <c>UndoVersionChanged</c>, <c>UndoStrategyUnavailable</c>.</exception>
    Task<UndoPlan> PlanUndoAsync(DeploymentContext context, UndoRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a run back, to the version, configuration and data from before it, also one that was cut short. What it replaces is kept until the run is
    /// completed. An undo that was cut short is gone on with.
    /// </summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">Which run, and how.</param>
    /// <param name="cancellationToken">Ends the work before the application is stopped.</param>
    /// <returns>How it ended; the run as it is where there was nothing to undo.</returns>
    /// <exception cref="UpgradeException">What <see cref="PlanUndoAsync"/> throws; <c>DeploymentLocked</c>, <c>BackupCorrupt</c>.</exception>
    Task<UpgradeResult> UndoAsync(DeploymentContext context, UndoRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Looks for a run that was cut short before something is done to a deployment by hand: told as a warning, and refused where it would do harm. Before a
    /// backup, a run that is under way is told as well.
    /// </summary>
    /// <param name="context">The deployment.</param>
    /// <param name="stage">What is about to be done.</param>
    /// <param name="force">Whether it is done all the same.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>RunInterrupted</c>.</exception>
    Task CheckStageAsync(DeploymentContext context, Stage stage, bool force, CancellationToken cancellationToken);

    /// <summary>Lists runs, newest first.</summary>
    /// <param name="deployment">The deployment; all that the store knows where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<IReadOnlyList<UpgradeRun>> ListAsync(AppDeployment? deployment, CancellationToken cancellationToken);

    /// <summary>Checks the history of the store, and of the folder in which a deployment that no store knows has its runs: one result a journal.</summary>
    /// <param name="deployment">The deployment; all that the store knows where <see langword="null"/>.</param>
    /// <param name="head">A head from a report or a notification that is looked for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<IReadOnlyList<HistoryTestResult>> TestHistoryAsync(AppDeployment? deployment, string? head, CancellationToken cancellationToken);

    /// <summary>Drops what a run kept for the way back. Afterwards only the backup can take it back.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>RunNotFound</c>, <c>RunNotEnded</c>, <c>RunFailed</c>: its state still needs what is kept.</exception>
    Task<UpgradeRun> CompleteAsync(DeploymentContext context, string runId, CancellationToken cancellationToken);
}
