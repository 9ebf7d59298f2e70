using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Deployments;

namespace UpgradeModule.Engine.Readiness;

/// <summary>Asks for every stop whether its version can be had, and how large it is.</summary>
internal static class StopSources
{
    /// <summary>Asks.</summary>
    /// <param name="context">What the checks share.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The answers, in the order of the stops.</returns>
    public static async Task<IReadOnlyList<SourceCheck>> AskAsync(ReadinessContext context, CancellationToken cancellationToken) =>
        await Task.WhenAll(context.Path.Stops.Select(stop => AskAsync(context, stop, cancellationToken))).ConfigureAwait(false);

    private static async Task<SourceCheck> AskAsync(ReadinessContext context, UpgradeStop stop, CancellationToken cancellationToken)
    {
        try
        {
            var asked = context.Request;
            var path = await new ArtifactSource(context.Services.Artifacts).FindAsync(context.Deployment.Spec, context.Path, stop, asked.ArtifactPath, cancellationToken).ConfigureAwait(false);
            var request = new SourceRequest { Version = stop.To, Edition = stop.Edition, Path = path, BaseUrl = asked.BaseUrl, Registry = asked.Registry, RegistryCredential = context.Deployment.RegistryCredential };
            return await context.Host.CheckSourceAsync(context.Deployment, request, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure)
        {
            return SourceCheck.Missing(failure.Message, "", failure.Target?.ToString());
        }
    }
}
