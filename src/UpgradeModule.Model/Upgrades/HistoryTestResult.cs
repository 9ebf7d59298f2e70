namespace UpgradeModule;

/// <summary>What the test of a journal's history found.</summary>
public sealed record HistoryTestResult : AppRecord
{
    /// <summary>The journal: the store's file, or the folder of a deployment that no store knows.</summary>
    public string Journal { get; init; } = "";

    /// <summary>How many runs it holds.</summary>
    public int Runs { get; init; }

    /// <summary>How many entries its history has; each time that the record of a run is written makes one.</summary>
    public long Entries { get; init; }

    /// <summary>The hash of the last entry, which holds on to all before it; empty where there is none.</summary>
    public string? Head { get; init; }

    /// <summary>When the last entry was written, in UTC.</summary>
    public DateTimeOffset? LastWrittenOn { get; init; }

    /// <summary>Whether the history and the records of all its runs are as they were written.</summary>
    public bool Intact { get; init; }

    /// <summary>The first place at which they are not.</summary>
    public HistoryBreak? FirstBroken { get; init; }

    /// <summary>The runs whose records are older than the history: what was changed in them before it began doesn't show.</summary>
    public IReadOnlyList<string> Unchained { get; init; } = [];

    /// <summary>The head that was looked for.</summary>
    public string? ExpectedHead { get; init; }

    /// <summary>Whether that head is the hash of one of the entries; empty where none was looked for.</summary>
    public bool? ContainsHead { get; init; }

    /// <summary>The number of that entry.</summary>
    public long? HeadEntry { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Journal}: {(Intact ? "intact" : "not intact")}";
}
