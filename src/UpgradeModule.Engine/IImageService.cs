using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine;

/// <summary>Images of applications that run in containers: pulled ahead, and swapped.</summary>
public interface IImageService
{
    /// <summary>Pulls a version's image and pins it by its digest; no container is touched.</summary>
    /// <param name="app">The application's name or its definition's path.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="dockerHost">The engine's address; the usual one where <see langword="null"/>.</param>
    /// <param name="operation">Who is told: one bar a layer.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>ImageNotFound</c>, <c>RegistryLoginFailed</c>, <c>RegistryUnreachable</c>, <c>PlatformMismatch</c>, and what the engine's connection throws.</exception>
    Task<AppImage> SaveAsync(string app, SourceRequest request, string? dockerHost, IOperationContext operation, CancellationToken cancellationToken);

    /// <summary>Recreates a deployment's container with another version's image. The service must be stopped. The old container is kept.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The deployment with its new version. Nothing is done where that version is installed already.</returns>
    /// <exception cref="UpgradeException"><c>ServiceRunning</c>, <c>NotReady</c>: the container may not be replaced, as one of Compose's; <c>DeploymentLocked</c>, <c>HostKindNotSupported</c>: it runs in no container; and what pulling throws.</exception>
    Task<AppDeployment> UpdateAsync(DeploymentContext context, SourceRequest request, CancellationToken cancellationToken);
}
