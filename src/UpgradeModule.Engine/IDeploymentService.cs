using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine;

/// <summary>Deployments: those that are registered, and those that a script makes for itself.</summary>
public interface IDeploymentService
{
    /// <summary>Checks a draft and completes it: definition, edition, paths, database (from the application's settings where none is given).</summary>
    /// <param name="draft">What the caller gave.</param>
    /// <param name="operation">Who is told, and who knows secrets.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The deployment; nothing is stored.</returns>
    /// <exception cref="UpgradeException"><c>AppNotFound</c>, <c>EditionNotFound</c>, <c>DeploymentInvalid</c>: a setting is missing or wrong; <c>ArtifactNotFound</c>, <c>EnvironmentFileNotFound</c>, <c>CommandNotFound</c>, <c>DatabaseSettingsInvalid</c>.</exception>
    Task<AppDeployment> CreateAsync(AppDeployment draft, IOperationContext operation, CancellationToken cancellationToken);

    /// <summary>Finds what runs on this machine, or on a container engine, and is not registered yet.</summary>
    /// <param name="query">What is looked for.</param>
    /// <param name="operation">Who is told of what can't be looked at.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Deployments with names that are free; nothing is stored.</returns>
    IAsyncEnumerable<AppDeployment> FindAsync(FindQuery query, IOperationContext operation, CancellationToken cancellationToken);

    /// <summary>Lists what an application may run in on this machine, or on a container engine, whether it is known or not.</summary>
    /// <param name="kind">Containers (<c>Docker</c>) or units (<c>Systemd</c>); other host kinds have none.</param>
    /// <param name="dockerHost">The address of the container engine; the usual one where <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>ContainerEngineUnreachable</c> and others of engines.</exception>
    Task<IReadOnlyList<HostPlace>> ListPlacesAsync(AppHostKind kind, string? dockerHost, CancellationToken cancellationToken);

    /// <summary>Stores a deployment.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="replace">Whether one of the same name is replaced.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DeploymentExists</c>.</exception>
    Task<AppDeployment> RegisterAsync(AppDeployment deployment, bool replace, CancellationToken cancellationToken);

    /// <summary>Removes a deployment from the store. What runs is not touched.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DeploymentNotFound</c>.</exception>
    Task UnregisterAsync(string name, CancellationToken cancellationToken);

    /// <summary>Gets one stored deployment, as it is stored.</summary>
    /// <param name="name">Its name, any case.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>DeploymentNotFound</c>: the message names those that there are.</exception>
    Task<AppDeployment> GetAsync(string name, CancellationToken cancellationToken);

    /// <summary>Lists the stored deployments by name, as they are stored.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<IReadOnlyList<AppDeployment>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Looks at deployments in parallel: status, the versions seen, what is newest.</summary>
    /// <param name="deployments">The deployments.</param>
    /// <param name="operation">Who is told, and who knows secrets.</param>
    /// <param name="limit">How long one may take; what is not known by then stays unknown.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    IAsyncEnumerable<AppDeployment> InspectAsync(IReadOnlyList<AppDeployment> deployments, IOperationContext operation, TimeSpan limit, CancellationToken cancellationToken);

    /// <summary>Makes a deployment ready to be acted on: loads its definition.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="operation">Who is told, and who knows secrets.</param>
    /// <param name="credential">The log-in for its database, where the caller gave one.</param>
    /// <param name="maintenance">A log-in that may create databases, where the caller gave one.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<DeploymentContext> OpenAsync(AppDeployment deployment, IOperationContext operation, DatabaseCredential? credential, DatabaseCredential? maintenance, CancellationToken cancellationToken);
}
