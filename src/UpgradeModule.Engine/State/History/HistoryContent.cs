namespace UpgradeModule.Engine.State.History;

/// <summary>A history and the records that it guards, as they were read.</summary>
internal sealed record HistoryContent
{
    /// <summary>Where they are.</summary>
    public required string Journal { get; init; }

    /// <summary>The entries, in their order.</summary>
    public IReadOnlyList<HistoryEntry> Entries { get; init; } = [];

    /// <summary>The records.</summary>
    public IReadOnlyList<HistoryRecord> Records { get; init; } = [];

    /// <summary>How far the history goes, as it is written beside it.</summary>
    public HistoryHead? Head { get; init; }

    /// <summary>Whether what is beside it may be one entry behind, because a writer was cut short.</summary>
    public bool HeadMayLag { get; init; }

    /// <summary>What could not be read, and after how many entries.</summary>
    public HistoryBreak? Unreadable { get; init; }
}
