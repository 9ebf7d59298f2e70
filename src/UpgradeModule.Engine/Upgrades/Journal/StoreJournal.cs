using UpgradeModule.Engine.State;

namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>The journal of stored deployments: in the module's own store.</summary>
internal sealed class StoreJournal(IStateStore store) : DocumentJournal
{
    /// <inheritdoc/>
    public override string Location => store.Path;

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<RunDocument>> ListAsync(string? deployment, IOperationContext operation, CancellationToken cancellationToken)
    {
        var documents = new List<RunDocument>();
        foreach (var stored in await store.ListRunsAsync(deployment, cancellationToken).ConfigureAwait(false))
        {
            if (TryRead(stored.Json, $"'{store.Path}', run {stored.RunId}", operation) is { } document) documents.Add(document);
        }

        return documents;
    }

    /// <inheritdoc/>
    public override Task<string?> ReadHeadAsync(CancellationToken cancellationToken) => store.ReadHistoryHeadAsync(cancellationToken);

    /// <inheritdoc/>
    public override Task<HistoryTestResult> TestHistoryAsync(string? head, CancellationToken cancellationToken) => store.TestHistoryAsync(head, cancellationToken);

    /// <inheritdoc/>
    protected override async Task<string?> SaveAsync(RunDocument document, CancellationToken cancellationToken) => await store.SaveRunAsync(
        new StoredRun
        {
            RunId = document.Run.RunId,
            Deployment = document.Run.Deployment.Name,
            StartedOn = document.Run.StartedOn,
            State = StateOf(document),
            Json = RunJson.Write(document),
        },
        cancellationToken).ConfigureAwait(false);
}
