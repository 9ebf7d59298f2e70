using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine;

/// <summary>Fetches artifacts ahead of an upgrade, and swaps one by hand.</summary>
/// <param name="definitions">The app definitions.</param>
/// <param name="fetcher">Fetches and verifies.</param>
/// <param name="hosts">The host kinds.</param>
internal sealed class ArtifactService(IDefinitionCatalog definitions, IArtifactFetcher fetcher, AppHosts hosts) : IArtifactService
{
    private readonly VersionSwap _swap = new(hosts);

    /// <inheritdoc/>
    public async Task<AppArtifact> SaveAsync(string app, ArtifactRequest request, IOperationContext operation, CancellationToken cancellationToken)
    {
        var spec = await definitions.GetAsync(app, cancellationToken).ConfigureAwait(false);
        return await fetcher.FetchAsync(spec, WithEdition(spec, request), operation, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<AppDeployment> UpdateAsync(DeploymentContext context, ArtifactRequest request, CancellationToken cancellationToken)
    {
        if (context.Deployment.HostKind is AppHostKind.Docker or AppHostKind.Compose or AppHostKind.Swarm)
        {
            throw new UpgradeException("HostKindNotSupported", UpgradeErrorCategory.InvalidOperation, context.Deployment.Name, $"'{context.Deployment.Name}' runs in a container ({context.Deployment.HostKind}), so it has no file that could be swapped.", "Use Update-AppImage, which looks first whether something else makes the container.");
        }

        var (edition, version) = VersionSwap.InEdition(context, request.Edition, request.Version);
        var complete = request with { Edition = edition, Version = version };
        var (deployment, kept) = await _swap.RunAsync(context, ToSource(complete), "Update-AppArtifact", cancellationToken).ConfigureAwait(false);
        if (kept is not null) context.Operation.Verbose($"The artifact of {kept.Version?.Text ?? "the version before"} is kept in '{kept.Location}'.");
        return deployment;
    }

    private static SourceRequest ToSource(ArtifactRequest request) => new()
    {
        Version = request.Version,
        Edition = request.Edition,
        Path = request.Path,
        BaseUrl = request.BaseUrl,
        Sha256 = request.Sha256,
        Destination = request.Destination.Length > 0 ? request.Destination : null,
    };

    private static ArtifactRequest WithEdition(AppSpec spec, ArtifactRequest request) =>
        request.Edition.Length > 0 ? request : request with { Edition = (spec.Editions.FirstOrDefault(static edition => edition.Default) ?? (spec.Editions.Count > 0 ? spec.Editions[0] : null))?.Id ?? "" };
}
