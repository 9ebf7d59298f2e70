using UpgradeModule.Pipeline;

namespace UpgradeModule.Completion;

/// <summary>Finds which application a line is about.</summary>
internal static class CompletionLookup
{
    /// <summary>The application and edition: named on the line, or those of the stored deployment that is.</summary>
    /// <param name="session">The engine.</param>
    /// <param name="given">The line's parameters.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<(string App, string? Edition)?> AppAsync(EngineSession session, GivenParameters given, CancellationToken cancellationToken)
    {
        if (given.App is { Length: > 0 } app) return (app, given.Edition);
        if (given.Deployment is not { } name) return null;
        var deployment = await session.Engine.Deployments.GetAsync(name, cancellationToken).ConfigureAwait(false);
        return (deployment.DefinitionPath ?? deployment.App, given.Edition ?? deployment.Edition);
    }
}
