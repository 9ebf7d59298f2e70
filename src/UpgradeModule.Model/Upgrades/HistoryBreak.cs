namespace UpgradeModule;

/// <summary>The first place at which a history is not as it was written.</summary>
public sealed record HistoryBreak : AppRecord
{
    /// <summary>The number of the entry, from 1; 0 for a record that no entry tells of.</summary>
    public long Entry { get; init; }

    /// <summary>The run; empty where the entry that would tell is missing.</summary>
    public string? RunId { get; init; }

    /// <summary>The deployment's name, where it is known.</summary>
    public string? Deployment { get; init; }

    /// <summary>When the entry was written, in UTC, where it is known.</summary>
    public DateTimeOffset? WrittenOn { get; init; }

    /// <summary>What differs.</summary>
    public string Message { get; init; } = "";

    /// <inheritdoc/>
    public override string ToString() => Message;
}
