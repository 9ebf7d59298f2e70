using UpgradeModule.Pipeline;

namespace UpgradeModule.Completion;

/// <summary>Completes the names of applications.</summary>
internal sealed class AppNameCompleter : EngineCompleter
{
    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<Candidate>> FindAsync(EngineSession session, GivenParameters given, CancellationToken cancellationToken)
    {
        var definitions = await session.Engine.Definitions.ListAsync(cancellationToken).ConfigureAwait(false);
        return [.. definitions.Select(definition => new Candidate(definition.Name, definition.DisplayName))];
    }
}
