using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Tests.Upgrades;

/// <summary>A journal whose disk is full once the run has begun.</summary>
internal sealed class FullJournal : IUpgradeJournal
{
    public string Location => "a full disk";

    public Task<string?> BeginAsync(RunDocument document, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public Task<string?> IntentAsync(RunDocument document, UpgradeAction action, CancellationToken cancellationToken) => throw new IOException("The store's disk is full.");

    public Task<string?> ResultAsync(RunDocument document, UpgradeAction action, CancellationToken cancellationToken) => throw new IOException("The store's disk is full.");

    public Task<string?> EndAsync(RunDocument document, CancellationToken cancellationToken) => throw new IOException("The store's disk is full.");

    public Task<IReadOnlyList<RunDocument>> ListAsync(string? deployment, IOperationContext operation, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<RunDocument>>([]);

    public Task<string?> ReadHeadAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public Task<HistoryTestResult> TestHistoryAsync(string? head, CancellationToken cancellationToken) => Task.FromResult(new HistoryTestResult());
}
