namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>
/// The memory of runs. What is told is on the disk when a method returns: intent before an action, result after, so that whoever finds the
/// journal after a crash knows which action may have taken effect.
/// </summary>
internal interface IUpgradeJournal
{
    /// <summary>Where it is, for people.</summary>
    string Location { get; }

    /// <summary>A run begins.</summary>
    /// <param name="document">The run.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The head of the journal's history, with this entry.</returns>
    Task<string?> BeginAsync(RunDocument document, CancellationToken cancellationToken);

    /// <summary>An action is about to be done.</summary>
    /// <param name="document">The run, the action in it as <c>Started</c>.</param>
    /// <param name="action">The action.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The head of the journal's history, with this entry.</returns>
    Task<string?> IntentAsync(RunDocument document, UpgradeAction action, CancellationToken cancellationToken);

    /// <summary>An action ended.</summary>
    /// <param name="document">The run, the action in it with its state, and the states that it kept.</param>
    /// <param name="action">The action.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The head of the journal's history, with this entry.</returns>
    Task<string?> ResultAsync(RunDocument document, UpgradeAction action, CancellationToken cancellationToken);

    /// <summary>A run ended, or what it kept was dropped.</summary>
    /// <param name="document">The run.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The head of the journal's history, with this entry.</returns>
    Task<string?> EndAsync(RunDocument document, CancellationToken cancellationToken);

    /// <summary>Lists the runs, newest first. One that can't be read is passed over and told.</summary>
    /// <param name="deployment">The deployment's name; all where <see langword="null"/>.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<IReadOnlyList<RunDocument>> ListAsync(string? deployment, IOperationContext operation, CancellationToken cancellationToken);

    /// <summary>Reads the head of its history; <see langword="null"/> where it has none.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<string?> ReadHeadAsync(CancellationToken cancellationToken);

    /// <summary>Checks its history.</summary>
    /// <param name="head">A head that is looked for in it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    Task<HistoryTestResult> TestHistoryAsync(string? head, CancellationToken cancellationToken);
}
