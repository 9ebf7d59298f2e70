using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Readiness;

/// <summary>Finds what stands in the way of an upgrade, before anything is touched. It changes nothing.</summary>
public interface IReadinessService
{
    /// <summary>Makes every check that concerns the deployment.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">What for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The result: a check that itself fails is a blocker that says so.</returns>
    Task<ReadinessResult> CheckAsync(DeploymentContext context, ReadinessRequest request, CancellationToken cancellationToken);
}
