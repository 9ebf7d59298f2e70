namespace UpgradeModule;

/// <summary>The undo of an upgrade run: back to the state before it.</summary>
public sealed record UpgradeUndo : AppRecord
{
    /// <summary>The strategy: <c>Restore</c> or <c>MigrateDown</c>.</summary>
    public UndoStrategy Strategy { get; init; }

    /// <summary>Why that one, in a sentence.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Where the data came from: what the run kept, or its backup; empty where the data needed no undo.</summary>
    public string? Source { get; init; }

    /// <summary>How many rows by table were written since and are not in the data any more; what was replaced is kept.</summary>
    public IReadOnlyList<TableCount> Lost { get; init; } = [];

    /// <summary>When it began, in UTC.</summary>
    public DateTimeOffset StartedOn { get; init; }

    /// <summary>When it ended, in UTC; empty while it runs, or where it was cut short.</summary>
    public DateTimeOffset? EndedOn { get; init; }

    /// <summary>Who undid it: user and machine.</summary>
    public string By { get; init; } = "";

    /// <inheritdoc/>
    public override string ToString() => EndedOn is null ? $"{Strategy}, not ended" : $"{Strategy}";
}
