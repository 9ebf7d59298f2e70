using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Paths;

namespace UpgradeModule.Pipeline;

/// <summary>Works out upgrade paths of deployments.</summary>
internal static class PathFinder
{
    /// <summary>Plans at once where the definition is loaded and the deployment's version known, so that thousands go through in a second.</summary>
    /// <param name="session">The engine.</param>
    /// <param name="deployment">The deployment.</param>
    /// <param name="wish">Where the path goes.</param>
    /// <returns>The path, or <see langword="null"/> where something has to be read first.</returns>
    public static UpgradePath? TryPlan(EngineSession session, AppDeployment deployment, PathWish wish) =>
        deployment.Version is { } version && session.Loaded(AppOf(deployment)) is { } spec ? Plan(session, spec, deployment, version, wish) : null;

    /// <summary>Loads the definition and looks at the deployment where its version isn't known, then plans.</summary>
    /// <param name="session">The engine.</param>
    /// <param name="deployment">The deployment.</param>
    /// <param name="wish">Where the path goes.</param>
    /// <param name="operation">Who is told and asked.</param>
    /// <param name="afresh">Whether it is looked at even where its version is known.</param>
    /// <exception cref="UpgradeException"><c>VersionUnknown</c>, and what planning throws.</exception>
    public static async Task<UpgradePath> PlanAsync(EngineSession session, AppDeployment deployment, PathWish wish, PipelineOperation operation, bool afresh)
    {
        var spec = await session.SpecAsync(AppOf(deployment), operation.Token).ConfigureAwait(false);
        if (afresh || deployment.Version is null)
        {
            var seen = await session.InspectAsync(deployment, operation).ConfigureAwait(false);
            deployment = seen.Version is null ? seen with { Version = deployment.Version } : seen;
        }

        if (deployment.Version is { } version) return Plan(session, spec, deployment, version, wish);
        throw new UpgradeException(
            "VersionUnknown",
            UpgradeErrorCategory.ResourceUnavailable,
            deployment.Name,
            $"It can't be told which version of {deployment.App} the deployment '{deployment.Name}' has: {string.Join("; ", deployment.Versions)}",
            "Start it, or set the path of its artifact with Set-AppDeployment -ArtifactPath, so that the version can be read.");
    }

    /// <summary>Plans without a deployment.</summary>
    /// <param name="session">The engine.</param>
    /// <param name="app">The application's name or its definition's path.</param>
    /// <param name="from">The version at the start, as the application writes it.</param>
    /// <param name="wish">Where the path goes.</param>
    /// <param name="operation">Who is told and asked.</param>
    /// <exception cref="UpgradeException"><c>VersionInvalid</c>, and what planning throws.</exception>
    public static async Task<UpgradePath> PlanAsync(EngineSession session, string app, string from, PathWish wish, PipelineOperation operation)
    {
        var spec = await session.SpecAsync(app, operation.Token).ConfigureAwait(false);
        var start = VersionScheme.Of(spec).Parse(from);
        return session.Engine.Planner.Plan(
            spec,
            new PathRequest
            {
                From = start.Version,

                // A version that names no edition (x.49.1) starts in the one that is asked for: nothing else tells.
                Edition = start.Edition is null ? wish.Edition : null,
                To = wish.To,
                ToEdition = wish.Edition,
                IncludePrerelease = wish.IncludePrerelease,
            });
    }

    private static UpgradePath Plan(EngineSession session, AppSpec spec, AppDeployment deployment, AppVersion version, PathWish wish)
    {
        // A fleet runs a few versions on many machines. All that a plan takes from its deployment is in the key.
        var key = new PlanKey(spec, version.Text, deployment.Edition, deployment.Database?.Engine, wish);
        if (session.Plans.TryGetValue(key, out var known)) return known with { Deployment = deployment };
        var request = new PathRequest
        {
            From = version,
            Edition = deployment.Edition.Length == 0 ? null : deployment.Edition,
            To = wish.To,
            ToEdition = wish.Edition,
            IncludePrerelease = wish.IncludePrerelease,
            Deployment = deployment,
        };
        return session.Plans[key] = session.Engine.Planner.Plan(spec, request);
    }

    private static string AppOf(AppDeployment deployment) => deployment.DefinitionPath ?? deployment.App;
}
