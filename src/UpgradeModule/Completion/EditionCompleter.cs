using UpgradeModule.Pipeline;

namespace UpgradeModule.Completion;

/// <summary>Completes the editions of the application that the line names.</summary>
internal sealed class EditionCompleter : EngineCompleter
{
    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<Candidate>> FindAsync(EngineSession session, GivenParameters given, CancellationToken cancellationToken)
    {
        var app = await CompletionLookup.AppAsync(session, given, cancellationToken).ConfigureAwait(false);
        var definitions = await session.Engine.Definitions.ListAsync(cancellationToken).ConfigureAwait(false);
        var editions = definitions.Where(definition => app is null || string.Equals(definition.Name, app.Value.App, StringComparison.OrdinalIgnoreCase)).SelectMany(definition => definition.Editions);
        return [.. editions.DistinctBy(edition => edition.Id).Select(edition => new Candidate(edition.Id, edition.DisplayName))];
    }
}
