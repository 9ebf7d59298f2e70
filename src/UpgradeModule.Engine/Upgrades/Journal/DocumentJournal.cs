namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>A journal that saves a run's whole document at every entry: documents are small, and a whole one can't contradict itself.</summary>
internal abstract class DocumentJournal : IUpgradeJournal
{
    /// <inheritdoc/>
    public abstract string Location { get; }

    /// <inheritdoc/>
    public Task<string?> BeginAsync(RunDocument document, CancellationToken cancellationToken) => SaveAsync(document, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> IntentAsync(RunDocument document, UpgradeAction action, CancellationToken cancellationToken) => SaveAsync(document, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> ResultAsync(RunDocument document, UpgradeAction action, CancellationToken cancellationToken) => SaveAsync(document, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> EndAsync(RunDocument document, CancellationToken cancellationToken) => SaveAsync(document, cancellationToken);

    /// <inheritdoc/>
    public abstract Task<IReadOnlyList<RunDocument>> ListAsync(string? deployment, IOperationContext operation, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract Task<string?> ReadHeadAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract Task<HistoryTestResult> TestHistoryAsync(string? head, CancellationToken cancellationToken);

    /// <summary>Saves a document so that a power cut doesn't tear it, and writes its entry into the history.</summary>
    /// <param name="document">The document.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The head of the history.</returns>
    protected abstract Task<string?> SaveAsync(RunDocument document, CancellationToken cancellationToken);

    /// <summary>How far a run is, for its entry in the history.</summary>
    /// <param name="document">The run.</param>
    protected static string StateOf(RunDocument document)
    {
        var run = document.Run;
        var step = run.Steps.Count > 0 ? run.Steps[^1] : null;
        var state = run.Outcome?.ToString() ?? (RunState.IsUndoing(document) ? "Undoing" : document.Back is not null ? "Going back" : step is null ? "Begun" : $"{step.Id}{(step.Stop is { } stop ? "@" + stop : "")} {step.Status}");
        return run.Completed ? state + ", completed" : run.Undo is { EndedOn: not null } ? state + ", undone" : state;
    }

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
