using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.Rehearsal;

/// <summary>Tries upgrades on clones, made of backups. The deployment itself is not touched.</summary>
public interface IRehearsalService
{
    /// <summary>Rehearses a path. Everything that it makes is removed at its end, however that comes, and after a kill by the next one.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">What is rehearsed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What came of it: a version that doesn't become healthy is a result, no exception.</returns>
    /// <exception cref="UpgradeException">
    /// <c>RehearsalNotSupported</c>, <c>IsolationUnavailable</c>, <c>ScratchUnavailable</c>, <c>BackupCorrupt</c>, <c>BackupNotProven</c>, and what the planner and fetching throw.
    /// </exception>
    Task<UpgradeRehearsal> RunAsync(DeploymentContext context, RehearsalRequest request, CancellationToken cancellationToken);
}
