using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine;

/// <summary>Puts another version in the place of a deployment's by hand: fetched first, under the deployment's lock, the old one kept.</summary>
/// <param name="hosts">The host kinds.</param>
internal sealed class VersionSwap(AppHosts hosts)
{
    /// <summary>
    /// Finds the edition that is wanted, and the version as that edition writes it: each has artifacts of its own. As with paths, a version that is
    /// written as the default edition writes it may be of any.
    /// </summary>
    /// <param name="context">The deployment.</param>
    /// <param name="asked">The edition that was named; empty where none was.</param>
    /// <param name="version">The version.</param>
    /// <exception cref="UpgradeException"><c>EditionNotFound</c>; <c>VersionInvalid</c>: it is a version of another edition than the one that was named.</exception>
    public static (string Edition, AppVersion Version) InEdition(DeploymentContext context, string asked, AppVersion version)
    {
        var scheme = VersionScheme.Of(context.Spec);
        if (scheme.Editions.Count == 0) return (asked.Length > 0 ? asked : context.Deployment.Edition, version);
        var written = scheme.EditionOf(version) is { } own && own != scheme.DefaultEdition ? own : null;
        var edition = asked.Length > 0 ? scheme.EditionId(asked) : written ?? scheme.EditionId(context.Deployment.Edition);
        if (written is null || written == edition) return (edition, scheme.In(version, edition));
        throw new UpgradeException("VersionInvalid", UpgradeErrorCategory.InvalidArgument, version.Text, $"{version} is a version of the edition '{written}', and the edition '{edition}' was asked for.", $"Write it as {scheme.In(version, edition)}, or ask for '{written}'.");
    }

    /// <summary>Swaps it. Nothing is done where that version is installed already.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="purpose">What the lock is taken for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="demand">Throws where something else stands in the way; asked before anything is fetched.</param>
    /// <returns>The deployment with its new version, and what was kept.</returns>
    public async Task<(AppDeployment Deployment, ReturnPoint? Kept)> RunAsync(DeploymentContext context, SourceRequest request, string purpose, CancellationToken cancellationToken, Func<Task>? demand = null)
    {
        var deployment = context.Deployment;
        var host = hosts.For(deployment.HostKind);
        var installed = await host.ReadInstalledVersionAsync(context, cancellationToken).ConfigureAwait(false);
        var there = installed is not null && installed == request.Version;
        var given = !string.IsNullOrEmpty(request.Path) || !string.IsNullOrEmpty(request.Image);
        if (there && !given) return (deployment with { Version = installed }, null);
        if (!there)
        {
            await DemandStoppedAsync(host, context, cancellationToken).ConfigureAwait(false);
            if (demand is not null) await demand().ConfigureAwait(false);
        }

        var source = await host.FetchAsync(context, request, cancellationToken).ConfigureAwait(false);

        // A version that was given is verified even where nothing is left to do: it may be another than its giver believes.
        if (there) return (deployment with { Version = installed }, null);
        var taken = await host.LockAsync(context, $"{purpose} to {source.Version}", cancellationToken).ConfigureAwait(false);
        await using (taken.ConfigureAwait(false))
        {
            var label = string.Create(CultureInfo.InvariantCulture, $"before-{source.Version}-{DateTimeOffset.UtcNow:yyyyMMddTHHmmssfff}");
            var kept = await host.SwapAsync(context with { Deployment = deployment with { Version = installed } }, source, label, cancellationToken).ConfigureAwait(false);
            return (deployment with { Version = source.Version, Edition = source.Edition.Length > 0 ? source.Edition : deployment.Edition }, kept with { Version = kept.Version ?? installed });
        }
    }

    private static async Task DemandStoppedAsync(IAppHost host, DeploymentContext context, CancellationToken cancellationToken)
    {
        var service = await host.GetServiceAsync(context, cancellationToken).ConfigureAwait(false);
        if (service.Status is AppServiceStatus.Stopped or AppServiceStatus.Crashed) return;
        throw new UpgradeException("ServiceRunning", UpgradeErrorCategory.ResourceBusy, context.Deployment.Name, $"The version of '{context.Deployment.Name}' can't be swapped while its service runs.", "Stop it first, with Stop-AppService.");
    }
}
