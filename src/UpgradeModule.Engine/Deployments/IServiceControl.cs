using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments;

/// <summary>Looks at, starts, stops and awaits the service of a deployment, whatever its host kind.</summary>
public interface IServiceControl
{
    /// <summary>Tells whether the service runs and how it is.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<AppService> GetAsync(DeploymentContext context, CancellationToken cancellationToken);

    /// <summary>Starts the service.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<AppService> StartAsync(DeploymentContext context, CancellationToken cancellationToken);

    /// <summary>Stops the service.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="grace">How long a graceful stop may take; the deployment's own where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<AppService> StopAsync(DeploymentContext context, TimeSpan? grace, CancellationToken cancellationToken);

    /// <summary>Waits until the service is healthy.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="timeout">How long without a sign of progress; the definition's own where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<AppService> WaitAsync(DeploymentContext context, TimeSpan? timeout, CancellationToken cancellationToken);
}
