using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Deployments;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>Every stop's version can be had: its file or its image.</summary>
internal sealed class ArtifactAvailableCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "ArtifactAvailable";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(context.Path.Stops.Select(stop => CheckAsync(context, stop, cancellationToken))).ConfigureAwait(false);
        return [.. found.SelectMany(findings => findings)];
    }

    private static async Task<IReadOnlyList<Finding>> CheckAsync(ReadinessContext context, UpgradeStop stop, CancellationToken cancellationToken)
    {
        try
        {
            var asked = context.Request;
            var path = await new ArtifactSource(context.Services.Artifacts).FindAsync(context.Deployment.Spec, context.Path, stop, asked.ArtifactPath, cancellationToken).ConfigureAwait(false);
            var request = new SourceRequest { Version = stop.To, Edition = stop.Edition, Path = path, BaseUrl = asked.BaseUrl, Registry = asked.Registry, RegistryCredential = context.Deployment.RegistryCredential };
            var check = await context.Host.CheckSourceAsync(context.Deployment, request, cancellationToken).ConfigureAwait(false);
            return check.Problem is { } problem ? [Finding.Blocker(problem, check.Remedy, check.Target)]
                : check.Warning is { } warning ? [Finding.Warning(warning, check.Remedy, check.Target)]
                : [];
        }
        catch (UpgradeException failure)
        {
            return [Finding.Blocker(failure.Message, "", failure.Target?.ToString())];
        }
    }
}
