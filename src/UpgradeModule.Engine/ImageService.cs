using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Readiness;

namespace UpgradeModule.Engine;

/// <summary>Pulls images ahead of an upgrade, and recreates a container by hand.</summary>
/// <param name="definitions">The app definitions.</param>
/// <param name="hosts">The host kinds.</param>
/// <param name="swaps">Tells what stands in the way of replacing a container; see <see cref="ReadinessChecks.OfSwap"/>.</param>
internal sealed class ImageService(IDefinitionCatalog definitions, AppHosts hosts, IReadinessService swaps) : IImageService
{
    private readonly VersionSwap _swap = new(hosts);

    /// <inheritdoc/>
    public async Task<AppImage> SaveAsync(string app, SourceRequest request, string? dockerHost, IOperationContext operation, CancellationToken cancellationToken)
    {
        var spec = await definitions.GetAsync(app, cancellationToken).ConfigureAwait(false);
        var scheme = VersionScheme.Of(spec);
        var edition = request.Edition.Length > 0 ? scheme.EditionId(request.Edition) : scheme.EditionOf(request.Version) ?? scheme.DefaultEdition;
        var context = new DeploymentContext
        {
            // No container is meant, only the engine that is to have the image.
            Deployment = new AppDeployment { Name = spec.Name, App = spec.Name, Edition = edition, HostKind = AppHostKind.Docker, Settings = new AppHostSettings { DockerHost = dockerHost } },
            Spec = spec,
            Operation = operation,
            RegistryCredential = request.RegistryCredential,
        };
        var source = await hosts.For(AppHostKind.Docker).FetchAsync(context, request with { Edition = edition }, cancellationToken).ConfigureAwait(false);
        return source.Image!;
    }

    /// <inheritdoc/>
    public async Task<AppDeployment> UpdateAsync(DeploymentContext context, SourceRequest request, CancellationToken cancellationToken)
    {
        if (context.Deployment.HostKind is not (AppHostKind.Docker or AppHostKind.Compose or AppHostKind.Swarm))
        {
            throw new UpgradeException("HostKindNotSupported", UpgradeErrorCategory.InvalidOperation, context.Deployment.Name, $"'{context.Deployment.Name}' runs in no container ({context.Deployment.HostKind}), so it has no image that could be swapped.", "Use Update-AppArtifact for what runs from a file.");
        }

        var (edition, version) = VersionSwap.InEdition(context, request.Edition, request.Version);
        request = request with { Edition = edition, Version = version };
        var (deployment, kept) = await _swap.RunAsync(context, request, "Update-AppImage", cancellationToken, () => DemandReplaceableAsync(context, cancellationToken)).ConfigureAwait(false);
        if (kept is not null)
        {
            context.Operation.Warning($"The container of {kept.Version?.Text ?? "the version before"} is kept, stopped, as '{kept.Location}', for the way back ('docker system prune' and 'docker container prune' would remove it). No upgrade run knows it: once {deployment.Version} has proven itself, remove it by hand (docker rm {kept.Location}).");
        }

        return deployment;
    }

    // What makes the container anew from a file of its own, or takes it away, does so after a swap by hand as well.
    private async Task DemandReplaceableAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var result = await swaps.CheckAsync(context, new ReadinessRequest { Path = new UpgradePath { App = context.Spec.Name, Deployment = context.Deployment } }, cancellationToken).ConfigureAwait(false);
        if (result.Blockers.Count == 0) return;
        var first = result.Blockers[0];
        throw new UpgradeException("NotReady", UpgradeErrorCategory.InvalidOperation, context.Deployment.Name, $"The container of '{context.Deployment.Name}' can't be replaced; nothing was touched. {first.Check}: {first.Message}", first.Remedy.Length > 0 ? first.Remedy : null);
    }
}
