using UpgradeModule.Pipeline;

namespace UpgradeModule.Completion;

/// <summary>Completes the ids of the upgrade runs that the store knows.</summary>
internal sealed class RunCompleter : EngineCompleter
{
    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<Candidate>> FindAsync(EngineSession session, GivenParameters given, CancellationToken cancellationToken)
    {
        var runs = await session.Engine.Upgrades.ListAsync(null, cancellationToken).ConfigureAwait(false);
        return
        [
            .. runs.Where(run => given.Deployment is null || string.Equals(run.Deployment.Name, given.Deployment, StringComparison.OrdinalIgnoreCase))
                .Select(run => new Candidate(run.RunId, $"{run.Deployment.Name} {run.From} -> {run.To}: {run.Outcome}")),
        ];
    }
}
