using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Deployments.Clones;
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

    /// <summary>
    /// Completes a deployment by what the host itself knows: the artifact and the directory that a unit names, the name, edition and address of a container.
    /// As it is where it knows nothing more.
    /// </summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException">What the host can't find: a unit, a container.</exception>
    Task<AppDeployment> CompleteAsync(DeploymentContext context, CancellationToken cancellationToken) => Task.FromResult(context.Deployment);

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

    /// <summary>
    /// Fetches a version, verifies it, and lays it ready: a file on the same file system as the installed one and flushed, so that the swap in the
    /// downtime is a rename; an image pulled by its digest. The service may run meanwhile.
    /// </summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException">What fetching throws: <c>ArtifactNotFound</c>, <c>ArtifactDownloadFailed</c>, <c>DiskFull</c>, and their like for images.</exception>
    Task<InstallSource> FetchAsync(DeploymentContext context, SourceRequest request, CancellationToken cancellationToken);

    /// <summary>Tells whether a version can be had. Nothing is fetched or changed.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<SourceCheck> CheckSourceAsync(DeploymentContext context, SourceRequest request, CancellationToken cancellationToken);

    /// <summary>Tells whether this very source is what is installed, where its version doesn't tell.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="source">The source.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<bool> IsInstalledAsync(DeploymentContext context, InstallSource source, CancellationToken cancellationToken);

    /// <summary>Puts another version in the place of the installed one and keeps that one. The service must be stopped.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="source">The version, as <see cref="FetchAsync"/> laid it ready.</param>
    /// <param name="label">A label, unique to the run and stop, for what is kept.</param>
    /// <param name="cancellationToken">Ends the work before the swap; the swap itself is short.</param>
    /// <returns>What is kept, for the way back. Calling it again with the same label and source gives the same.</returns>
    /// <exception cref="UpgradeException"><c>ServiceRunning</c>, <c>ArtifactSwapFailed</c>, <c>DiskFull</c>.</exception>
    Task<ReturnPoint> SwapAsync(DeploymentContext context, InstallSource source, string label, CancellationToken cancellationToken);

    /// <summary>Puts what a swap kept back. Doing it twice is no mistake.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="point">What <see cref="SwapAsync"/> kept.</param>
    /// <param name="cancellationToken">Ends the work before the swap.</param>
    Task UndoSwapAsync(DeploymentContext context, ReturnPoint point, CancellationToken cancellationToken);

    /// <summary>Drops what a swap kept. Doing it twice is no mistake.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="point">What <see cref="SwapAsync"/> kept.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task DropAsync(DeploymentContext context, ReturnPoint point, CancellationToken cancellationToken);

    /// <summary>Tells which Java program a version would be started with.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="version">The version.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The program; <see langword="null"/> where it runs on none, or on one that this machine can't ask: a container's own.</returns>
    /// <exception cref="UpgradeException"><c>JavaNotFound</c>: the deployment names none that fits.</exception>
    Task<string?> FindJavaAsync(DeploymentContext context, AppVersion version, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <summary>
    /// Runs a command once, of the version that is installed and with the settings that the application itself is given, while the service is
    /// stopped. An exit code that is no success is told and not thrown: some commands fail with 0, others don't and yet do their work.
    /// </summary>
    /// <param name="context">The deployment.</param>
    /// <param name="command">The command.</param>
    /// <param name="output">Told each line, without secrets.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    /// <exception cref="UpgradeException"><c>CommandNotFound</c>, <c>CommandFailed</c>: it could not be run. <c>CommandTimeout</c>: it was ended after its time.</exception>
    Task<CommandOutcome> RunOnceAsync(DeploymentContext context, OneOffCommand command, IProgress<string>? output, CancellationToken cancellationToken);

    /// <summary>
    /// Ends what is left of commands that <see cref="RunOnceAsync"/> started and that outlived who started them, and returns once nothing of them
    /// is left. The deployment's lock must be held: nobody waits for what is found then.
    /// </summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>CommandFailed</c>: one can't be ended, and may still write to the database.</exception>
    Task EndLeftCommandsAsync(DeploymentContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Notes that a deployment is registered now, or no more: then what runs of it belongs to whoever names it next. Nothing is stopped.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="registered">Whether it is registered.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task NoteRegistrationAsync(AppDeployment deployment, bool registered, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Describes the deployment as the host kind has it by which a clone of it is made: a service manager's as a process with the same command, user and
    /// environment. The deployment as it is where the host makes clones itself.
    /// </summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>RehearsalNotSupported</c>, <c>PermissionMissing</c>.</exception>
    Task<DeploymentContext> AsProcessAsync(DeploymentContext context, CancellationToken cancellationToken) => Task.FromResult(context);

    /// <summary>Prepares a second instance of the deployment, which can be upgraded while the first one serves. The deployment itself is not touched.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">What it is made for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>RehearsalNotSupported</c>: the host can't. <c>IsolationUnavailable</c>: not without its reaching others.</exception>
    Task<IAppClone> CloneAsync(DeploymentContext context, CloneRequest request, CancellationToken cancellationToken) => throw new UpgradeException(
        "RehearsalNotSupported", UpgradeErrorCategory.NotImplemented, context.Deployment.Name,
        $"An upgrade of '{context.Deployment.Name}' can't be rehearsed: this version of the module makes no clones of the host kind {context.Deployment.HostKind}.",
        "Rehearse it on another machine: restore its backup there, and upgrade that.");

    /// <summary>Ends and removes what is left of clones whose owners are no more. Where the host isn't there, nothing is.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="isLeft">Tells of a mark whether its owner is no more.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>How much was left.</returns>
    Task<int> EndLeftClonesAsync(DeploymentContext context, Func<string, bool> isLeft, CancellationToken cancellationToken) => Task.FromResult(0);

    /// <summary>
    /// Gives the address at which this machine reaches a database that the application knows by another: by a name that only its container's
    /// network knows, by a path inside a mount. The database as it is where there is nothing to translate.
    /// </summary>
    /// <param name="context">The deployment.</param>
    /// <param name="database">The database as the application knows it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DatabaseHostUnknown</c>: it can't be reached from here by any address that is known.</exception>
    Task<DatabaseTarget> ReachAsync(DeploymentContext context, DatabaseTarget database, CancellationToken cancellationToken);

    /// <summary>Finds what runs on this host kind and looks like one of these applications. What is found is complete enough to be registered.</summary>
    /// <param name="specs">The applications.</param>
    /// <param name="request">Where to look, and who is told of what can't be looked at.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Deployments that are not stored. Nothing, where the host kind isn't there on this machine.</returns>
    IAsyncEnumerable<AppDeployment> FindAsync(IReadOnlyList<AppSpec> specs, FindRequest request, CancellationToken cancellationToken);

    /// <summary>Lists what an application may run in on this host kind: containers, units.</summary>
    /// <param name="request">Where to look.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>By name; nothing, where the host kind has no such things or isn't there on this machine.</returns>
    Task<IReadOnlyList<HostPlace>> ListPlacesAsync(FindRequest request, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<HostPlace>>([]);

    /// <summary>Reads the last lines of the service's log.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="lines">How many lines at most.</param>
    /// <param name="since">Only what was written after this moment, where the host can tell.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<IReadOnlyList<string>> ReadLogAsync(DeploymentContext context, int lines, DateTimeOffset? since, CancellationToken cancellationToken);

    /// <summary>Tells whether the caller may stop, start and change the service. Nothing is changed.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<RightsCheck> CheckRightsAsync(DeploymentContext context, CancellationToken cancellationToken) => Task.FromResult(RightsCheck.Enough);

    /// <summary>Takes the lock that lies at the deployment, so that another user's or machine's run sees it.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="purpose">What it is taken for, for the message that others get.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The lock; disposing it gives it back. The operating system gives it back where its holder dies.</returns>
    /// <exception cref="UpgradeException"><c>DeploymentLocked</c>: somebody else holds it; the message says who and since when.</exception>
    Task<IAsyncDisposable> LockAsync(DeploymentContext context, string purpose, CancellationToken cancellationToken);
}
