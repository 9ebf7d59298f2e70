namespace UpgradeModule.Engine.State.History;

/// <summary>One entry of a history: that the record of a run was written, and how it read. Each holds on to the one before it by its hash.</summary>
internal sealed record HistoryEntry
{
    /// <summary>The state of entries for records that were there before the history was: it guards them from then on.</summary>
    public const string Adopted = "Adopted";

    /// <summary>Its number, from 1.</summary>
    public long Entry { get; init; }

    /// <summary>The run.</summary>
    public string RunId { get; init; } = "";

    /// <summary>The deployment's name.</summary>
    public string Deployment { get; init; } = "";

    /// <summary>When the run began, in UTC, as it is written beside the record.</summary>
    public string StartedOn { get; init; } = "";

    /// <summary>When the entry was written, in UTC.</summary>
    public string WrittenOn { get; init; } = "";

    /// <summary>How far the run was.</summary>
    public string State { get; init; } = "";

    /// <summary>The SHA-256 of the record, as hexadecimal digits.</summary>
    public string Document { get; init; } = "";

    /// <summary>The hash of the entry before it.</summary>
    public string Previous { get; init; } = "";

    /// <summary>Its own hash, over everything else of it.</summary>
    public string Hash { get; init; } = "";
}
