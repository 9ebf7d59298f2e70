using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine;

/// <summary>Artifacts of a deployment: fetched ahead, and swapped.</summary>
public interface IArtifactService
{
    /// <summary>Fetches and verifies an artifact for an application; nothing is swapped.</summary>
    /// <param name="app">The application's name or its definition's path.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<AppArtifact> SaveAsync(string app, ArtifactRequest request, IOperationContext operation, CancellationToken cancellationToken);

    /// <summary>Swaps a deployment's artifact for another version, fetched and verified first. The service must be stopped. The old one is kept beside.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">What is wanted; an empty destination means the deployment's own folder for artifacts.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The deployment with its new version. Nothing is done where that version is installed already.</returns>
    /// <exception cref="UpgradeException"><c>ServiceRunning</c>, <c>DeploymentLocked</c>, and what fetching throws.</exception>
    Task<AppDeployment> UpdateAsync(DeploymentContext context, ArtifactRequest request, CancellationToken cancellationToken);
}
