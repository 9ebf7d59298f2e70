using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments;

/// <summary>Waits until a service is healthy, and tells what it sees meanwhile.</summary>
public interface IServiceWaiter
{
    /// <summary>Waits. The time-out counts from the last sign of progress, so a migration that moves is never given up.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">What for.</param>
    /// <param name="cancellationToken">Ends the wait; the service goes on.</param>
    /// <returns>The service, healthy.</returns>
    /// <exception cref="UpgradeException">
    /// <c>ServiceCrashed</c>: it ended; the message has its exit code, the detail its last log lines. <c>ServiceTimeout</c>: no progress within the time.
    /// <c>ServiceUnhealthy</c>: a log line means failure, or another version answers.
    /// </exception>
    Task<AppService> WaitAsync(DeploymentContext context, WaitRequest request, CancellationToken cancellationToken);
}
