using UpgradeModule.Pipeline;

namespace UpgradeModule.Completion;

/// <summary>Completes the names of stored deployments.</summary>
internal sealed class DeploymentNameCompleter : EngineCompleter
{
    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<Candidate>> FindAsync(EngineSession session, GivenParameters given, CancellationToken cancellationToken)
    {
        var deployments = await session.Engine.Deployments.ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. deployments.Select(deployment => new Candidate(deployment.Name, $"{deployment.App} {deployment.Version}, {deployment.HostKind}"))];
    }
}
