using UpgradeModule.Pipeline;

namespace UpgradeModule.Completion;

/// <summary>Completes the names of what an application may run in on this machine, or on the container engine that the line names.</summary>
/// <param name="kind">Containers or units.</param>
internal abstract class HostPlaceCompleter(AppHostKind kind) : EngineCompleter
{
    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<Candidate>> FindAsync(EngineSession session, GivenParameters given, CancellationToken cancellationToken)
    {
        var places = await session.Engine.Deployments.ListPlacesAsync(kind, given.Text("DockerHost"), cancellationToken).ConfigureAwait(false);
        return [.. places.Select(static place => new Candidate(place.Name, place.About.Length > 0 ? place.About : place.Name))];
    }
}
