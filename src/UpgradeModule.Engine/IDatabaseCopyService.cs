using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine;

/// <summary>Knows the copies of an application's data that are kept beside the live data, and removes those that nobody needs.</summary>
public interface IDatabaseCopyService
{
    /// <summary>Lists the copies of a deployment, newest first.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException">What the database engine throws.</exception>
    Task<IReadOnlyList<AppDatabaseCopy>> ListAsync(DeploymentContext context, CancellationToken cancellationToken);

    /// <summary>Removes a copy, under the deployment's lock.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="keptAs">Where it is: a database's name or a file's path.</param>
    /// <param name="force">Whether the copy of a run whose way back failed is removed too.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DatabaseCopyNotFound</c>, <c>DatabaseCopyNeeded</c>, <c>RollbackPointInUse</c>: it is the live data; <c>DatabaseInUse</c>, <c>DeploymentLocked</c>.</exception>
    Task RemoveAsync(DeploymentContext context, string keptAs, bool force, CancellationToken cancellationToken);
}
