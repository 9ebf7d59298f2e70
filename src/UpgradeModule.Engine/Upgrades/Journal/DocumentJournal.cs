namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>A journal that saves a run's whole document at every entry: documents are small, and a whole one can't contradict itself.</summary>
internal abstract class DocumentJournal : IUpgradeJournal
{
    /// <inheritdoc/>
    public abstract string Location { get; }

    /// <inheritdoc/>
    public Task BeginAsync(RunDocument document, CancellationToken cancellationToken) => SaveAsync(document, cancellationToken);

    /// <inheritdoc/>
    public Task IntentAsync(RunDocument document, UpgradeAction action, CancellationToken cancellationToken) => SaveAsync(document, cancellationToken);

    /// <inheritdoc/>
    public Task ResultAsync(RunDocument document, UpgradeAction action, CancellationToken cancellationToken) => SaveAsync(document, cancellationToken);

    /// <inheritdoc/>
    public Task EndAsync(RunDocument document, CancellationToken cancellationToken) => SaveAsync(document, cancellationToken);

    /// <inheritdoc/>
    public abstract Task<IReadOnlyList<RunDocument>> ListAsync(string? deployment, IOperationContext operation, CancellationToken cancellationToken);

    /// <summary>Saves a document so that a power cut doesn't tear it.</summary>
    /// <param name="document">The document.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    protected abstract Task SaveAsync(RunDocument document, CancellationToken cancellationToken);

    /// <summary>Reads a document, or tells that it can't be read.</summary>
    /// <param name="json">Its text.</param>
    /// <param name="where">Where it is.</param>
    /// <param name="operation">Who is told.</param>
    protected static RunDocument? TryRead(string json, string where, IOperationContext operation)
    {
        try
        {
            return RunJson.Read(json, where);
        }
        catch (UpgradeException failure)
        {
            operation.Warning(failure.Message);
            return null;
        }
    }
}
