using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.MigrateDown;

/// <summary>Takes deployments back to an older version by the application's own down-migration, so that newer data stays.</summary>
public interface IMigrateDown
{
    /// <summary>Works out the way down. Nothing is changed.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">Where to and how.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>A path of one stop, with the versions between in <see cref="UpgradeStop.Via"/>.</returns>
    /// <exception cref="UpgradeException"><c>MigrateDownNotSupported</c>, <c>MigrateDownRefused</c>, <c>MigrationIrreversible</c>, <c>TargetNotOlder</c>, <c>VersionNotFound</c>, <c>VersionUnknown</c>.</exception>
    Task<UpgradePath> PlanAsync(DeploymentContext context, MigrateDownRequest request, CancellationToken cancellationToken);

    /// <summary>Migrates down: fetches, proves a backup, stops, keeps a way back, migrates down, swaps, starts, waits and compares.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">Where to and how.</param>
    /// <param name="cancellationToken">Cancelling goes back to the version before first, and the result says so.</param>
    /// <returns>How it ended: a failure that was taken back is a result, no exception.</returns>
    /// <exception cref="UpgradeException">What <see cref="PlanAsync"/> throws; <c>NotReady</c>, <c>DeploymentLocked</c>, and what fails before the stop.</exception>
    Task<UpgradeResult> RunAsync(DeploymentContext context, MigrateDownRequest request, CancellationToken cancellationToken);

    /// <summary>Judges how an upgrade is best taken back: by migrating down, where every migration since is known to be reversible, or by the copy. Nothing is changed.</summary>
    /// <param name="context">The deployment as it is now.</param>
    /// <param name="question">What is to be taken back.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<RollbackJudgement> JudgeAsync(DeploymentContext context, RollbackQuestion question, CancellationToken cancellationToken);

    /// <summary>Judges how a run is best taken back.</summary>
    /// <param name="context">The deployment as it is now.</param>
    /// <param name="runId">The run.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>RunNotFound</c>.</exception>
    Task<RollbackJudgement> JudgeAsync(DeploymentContext context, string runId, CancellationToken cancellationToken);
}
