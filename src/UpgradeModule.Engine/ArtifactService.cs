using System.Globalization;
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
    /// <summary>The folder for a deployment's fetched artifacts: beside the installed one.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <returns>The folder; empty where the deployment names no artifact.</returns>
    public static string FolderOf(AppDeployment deployment) =>
        deployment.Settings.ArtifactPath is { Length: > 0 } installed ? Path.Combine(Path.GetDirectoryName(Path.GetFullPath(installed))!, ".upgrademodule", "artifacts") : "";

    /// <inheritdoc/>
    public async Task<AppArtifact> SaveAsync(string app, ArtifactRequest request, IOperationContext operation, CancellationToken cancellationToken)
    {
        var spec = await definitions.GetAsync(app, cancellationToken).ConfigureAwait(false);
        return await fetcher.FetchAsync(spec, WithEdition(spec, request), operation, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<AppDeployment> UpdateAsync(DeploymentContext context, ArtifactRequest request, CancellationToken cancellationToken)
    {
        var host = hosts.For(context.Deployment.HostKind);
        var installed = await host.ReadInstalledVersionAsync(context, cancellationToken).ConfigureAwait(false);
        var there = installed is not null && installed == request.Version;
        if (there && string.IsNullOrEmpty(request.Path)) return context.Deployment with { Version = installed };
        if (!there) await DemandStoppedAsync(host, context, cancellationToken).ConfigureAwait(false);
        var complete = WithEdition(context.Spec, request.Edition.Length == 0 ? request with { Edition = context.Deployment.Edition } : request);
        var source = await host.FetchAsync(context, ToSource(complete), cancellationToken).ConfigureAwait(false);

        // A file that was given is verified even where nothing is left to do: it may be another version than its giver believes.
        if (there) return context.Deployment with { Version = installed };
        var taken = await host.LockAsync(context, $"Update-AppArtifact to {source.Version}", cancellationToken).ConfigureAwait(false);
        await using (taken.ConfigureAwait(false))
        {
            var label = string.Create(CultureInfo.InvariantCulture, $"before-{source.Version}-{DateTimeOffset.UtcNow:yyyyMMddTHHmmssfff}");
            var kept = await host.SwapAsync(context with { Deployment = context.Deployment with { Version = installed } }, source, label, cancellationToken).ConfigureAwait(false);
            context.Operation.Verbose($"The artifact of {installed?.Text ?? "the version before"} is kept in '{kept.Location}'.");
        }

        return context.Deployment with { Version = source.Version };
    }

    private static ArtifactRequest WithEdition(AppSpec spec, ArtifactRequest request) =>
        request.Edition.Length > 0 ? request : request with { Edition = (spec.Editions.FirstOrDefault(static edition => edition.Default) ?? (spec.Editions.Count > 0 ? spec.Editions[0] : null))?.Id ?? "" };

    private static SourceRequest ToSource(ArtifactRequest request) => new()
    {
        Version = request.Version,
        Edition = request.Edition,
        Path = request.Path,
        BaseUrl = request.BaseUrl,
        Sha256 = request.Sha256,
        Destination = request.Destination.Length > 0 ? request.Destination : null,
    };

    private static async Task DemandStoppedAsync(IAppHost host, DeploymentContext context, CancellationToken cancellationToken)
    {
        var service = await host.GetServiceAsync(context, cancellationToken).ConfigureAwait(false);
        if (service.Status is AppServiceStatus.Stopped or AppServiceStatus.Crashed) return;
        throw new UpgradeException("ServiceRunning", UpgradeErrorCategory.ResourceBusy, context.Deployment.Name, $"The artifact of '{context.Deployment.Name}' can't be swapped while its service runs.", "Stop it first, with Stop-AppService.");
    }
}
