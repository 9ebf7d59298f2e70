namespace UpgradeModule;

/// <summary>One execution of an upgrade path.</summary>
public record UpgradeRun : AppRecord
{
    /// <summary>Its name.</summary>
    public string RunId { get; init; } = "";

    /// <summary>What it does.</summary>
    public UpgradeRunKind Kind { get; init; }

    /// <summary>The deployment, as it was at the last entry.</summary>
    public AppDeployment Deployment { get; init; } = new();

    /// <summary>The version at the start.</summary>
    public AppVersion From { get; init; } = null!;

    /// <summary>The version that was aimed at.</summary>
    public AppVersion To { get; init; } = null!;

    /// <summary>The version that ran at the end.</summary>
    public AppVersion? Reached { get; init; }

    /// <summary>How it ended; empty while it runs.</summary>
    public UpgradeOutcome? Outcome { get; init; }

    /// <summary>When it began, in UTC.</summary>
    public DateTimeOffset StartedOn { get; init; }

    /// <summary>When it ended, in UTC.</summary>
    public DateTimeOffset? EndedOn { get; init; }

    /// <summary>How long the application could not be used, all stops together.</summary>
    public TimeSpan Downtime { get; init; }

    /// <summary>How long it took in all.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The backup that guards it.</summary>
    public AppBackup? Backup { get; init; }

    /// <summary>What was done, in order, by stop.</summary>
    public IReadOnlyList<UpgradeAction> Steps { get; init; } = [];

    /// <summary>The invariants before.</summary>
    public IReadOnlyList<InvariantValue> InvariantsBefore { get; init; } = [];

    /// <summary>The invariants at the end.</summary>
    public IReadOnlyList<InvariantValue> InvariantsAfter { get; init; } = [];

    /// <summary>What is kept for the way back.</summary>
    public IReadOnlyList<KeptItem> Kept { get; init; } = [];

    /// <summary>The manual step that is needed, where the run paused.</summary>
    public UpgradeStep? PausedAt { get; init; }

    /// <summary>What failed and what was done about it.</summary>
    public string? Error { get; init; }

    /// <summary>The id of that error.</summary>
    public string? ErrorId { get; init; }

    /// <summary>What a person should know at its end, in a few sentences, whatever the outcome.</summary>
    public string? Message { get; init; }

    /// <summary>Who ran it: user and machine.</summary>
    public string By { get; init; } = "";

    /// <summary>How often it was taken up again, by Resume-UpgradeRun.</summary>
    public int Resumed { get; init; }

    /// <summary>The undo of the run, by Undo-UpgradeRun; empty where nobody asked for one.</summary>
    public UpgradeUndo? Undo { get; init; }

    /// <summary>Whether what it kept for the way back has been dropped.</summary>
    public bool Completed { get; init; }

    /// <summary>
    /// The head of the history at the time that this record was written or read: a SHA-256 that holds on to every record written until then.
    /// <c>Test-UpgradeHistory -Head</c> tells whether it still does. Empty where nothing was written down.
    /// </summary>
    public string? HistoryHead { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{RunId}: {Outcome}";
}
