using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Paths;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>
/// Fits a path to the version that is installed now. A path is a snapshot: the same one may be piped again after a pause, when a part of it
/// has been walked.
/// </summary>
internal sealed class PathResolver(UpgradeServices services)
{
    /// <summary>Gives the path from the version that is installed.</summary>
    /// <param name="context">The deployment.</param>
    /// <param name="path">The path that was asked for.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>VersionUnknown</c>, <c>PathMismatch</c>: the path is another application's; and what the planner throws.</exception>
    public async Task<UpgradePath> ResolveAsync(DeploymentContext context, UpgradePath path, CancellationToken cancellationToken)
    {
        var deployment = context.Deployment;
        if (path.App.Length > 0 && !string.Equals(path.App, context.Spec.Name, StringComparison.OrdinalIgnoreCase))
        {
            throw new UpgradeException("PathMismatch", UpgradeErrorCategory.InvalidArgument, path, $"The path is one of {path.App}, and '{deployment.Name}' is a deployment of {context.Spec.Name}.", "Work out its own: Get-UpgradePath.");
        }

        var installed = await InstalledAsync(context, cancellationToken).ConfigureAwait(false) ?? deployment.Version ?? path.From;
        if (installed is null)
        {
            throw new UpgradeException(
                "VersionUnknown", UpgradeErrorCategory.InvalidData, deployment.Name,
                $"The version of '{deployment.Name}' is not known: neither its artifact nor the application tells it.",
                "Start the application, or set the deployment's version.");
        }

        if (path.To is null) return Plan(context, installed, path, to: null);
        if (installed == path.From) return path;
        if (installed == path.To) return path with { From = installed, Stops = [] };
        var reached = path.Stops.ToList().FindLastIndex(stop => stop.To == installed);
        if (reached >= 0)
        {
            context.Operation.Verbose($"{installed} is installed: the path goes on from there.");
            return path with { From = installed, Stops = [.. path.Stops.Skip(reached + 1)] };
        }

        context.Operation.Warning($"{installed} is installed, and the path starts at {path.From}: it is worked out anew.");
        return Plan(context, installed, path, path.To.Text);
    }

    private async Task<AppVersion?> InstalledAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var installed = await services.Hosts(context.Deployment.HostKind).ReadInstalledVersionAsync(context, cancellationToken).ConfigureAwait(false);
        if (installed is not null) return installed;
        var report = await services.Prober.ProbeAsync(context, null, deep: false, cancellationToken).ConfigureAwait(false);
        return report?.Version;
    }

    private UpgradePath Plan(DeploymentContext context, AppVersion from, UpgradePath path, string? to) => services.Planner.Plan(
        context.Spec,
        new PathRequest
        {
            From = from,
            Edition = VersionScheme.Of(context.Spec).EditionOf(from) ?? context.Deployment.Edition,
            To = to,
            ToEdition = path.Edition.Length > 0 ? path.Edition : null,
            IncludePrerelease = path.To?.IsPreRelease ?? false,
            Deployment = context.Deployment,
        });
}
