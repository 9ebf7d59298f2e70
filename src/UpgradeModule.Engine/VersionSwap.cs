using System.Globalization;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine;

/// <summary>Puts another version in the place of a deployment's by hand: fetched first, under the deployment's lock, the old one kept.</summary>
/// <param name="hosts">The host kinds.</param>
internal sealed class VersionSwap(AppHosts hosts)
{
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
