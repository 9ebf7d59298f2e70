using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments;

/// <summary>
/// A host kind: what runs deployments of one kind. Host kinds don't know each other; a new one is a new folder and one line where they are
/// listed.
/// </summary>
public interface IAppHost
{
    /// <summary>The kind.</summary>
    AppHostKind Kind { get; }

    /// <summary>Tells whether the service runs. Health is not asked.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<AppService> GetServiceAsync(DeploymentContext context, CancellationToken cancellationToken);

    /// <summary>Starts the service and returns once it runs; readiness is not awaited. Does nothing where it runs already.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>ServiceStartFailed</c>, <c>CommandNotFound</c>, <c>PortTaken</c>, <c>EnvironmentFileNotFound</c>.</exception>
    Task<AppService> StartAsync(DeploymentContext context, CancellationToken cancellationToken);

    /// <summary>Stops the service gracefully, kills it after its grace, and returns once it is gone. Does nothing where it doesn't run.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="grace">How long a graceful stop may take; the deployment's or definition's own where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the wait; a stop signal that was sent stays sent.</param>
    /// <exception cref="UpgradeException"><c>ServiceStopFailed</c>: it still runs.</exception>
    Task<AppService> StopAsync(DeploymentContext context, TimeSpan? grace, CancellationToken cancellationToken);

    /// <summary>Reads the settings that the application is given, secrets included: they stay inside the engine.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>EnvironmentFileNotFound</c>, <c>SecretNotFound</c>.</exception>
    Task<AppSettings> ReadSettingsAsync(DeploymentContext context, CancellationToken cancellationToken);

    /// <summary>Reads the version of what is installed, without asking the application.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The version; <see langword="null"/> where the artifact can't tell.</returns>
    Task<AppVersion?> ReadInstalledVersionAsync(DeploymentContext context, CancellationToken cancellationToken);

    /// <summary>Puts an artifact in the place of the installed one and keeps that one. The service must be stopped.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="artifact">The new artifact, verified.</param>
    /// <param name="label">A label, unique to the run and stop, for what is kept.</param>
    /// <param name="cancellationToken">Ends the work before the swap; the swap itself is one rename.</param>
    /// <returns>What is kept, for the way back. Calling it again with the same label and artifact gives the same.</returns>
    /// <exception cref="UpgradeException"><c>ServiceRunning</c>, <c>ArtifactSwapFailed</c>, <c>DiskFull</c>.</exception>
    Task<ReturnPoint> SwapAsync(DeploymentContext context, AppArtifact artifact, string label, CancellationToken cancellationToken);

    /// <summary>Puts a kept artifact back. Doing it twice is no mistake.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="point">What <see cref="SwapAsync"/> kept.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    Task UndoSwapAsync(DeploymentContext context, ReturnPoint point, CancellationToken cancellationToken);

    /// <summary>Drops a kept artifact. Doing it twice is no mistake.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="point">What <see cref="SwapAsync"/> kept.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task DropAsync(DeploymentContext context, ReturnPoint point, CancellationToken cancellationToken);

    /// <summary>Reads the last lines of the service's log.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="lines">How many lines at most.</param>
    /// <param name="since">Only what was written after this moment, where the host can tell.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<IReadOnlyList<string>> ReadLogAsync(DeploymentContext context, int lines, DateTimeOffset? since, CancellationToken cancellationToken);

    /// <summary>Takes the lock that lies at the deployment, so that another user's or machine's run sees it.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="purpose">What it is taken for, for the message that others get.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The lock; disposing it gives it back. The operating system gives it back where its holder dies.</returns>
    /// <exception cref="UpgradeException"><c>DeploymentLocked</c>: somebody else holds it; the message says who and since when.</exception>
    Task<IAsyncDisposable> LockAsync(DeploymentContext context, string purpose, CancellationToken cancellationToken);
}
