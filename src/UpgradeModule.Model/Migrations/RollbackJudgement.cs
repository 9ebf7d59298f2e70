namespace UpgradeModule;

/// <summary>How an upgrade is best taken back, why, and what that loses.</summary>
public sealed record RollbackJudgement : AppRecord
{
    /// <summary>The way that was judged best.</summary>
    public UndoStrategy Strategy { get; init; }

    /// <summary>Why, in a few sentences.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The migrations that ran since, in the order in which they ran.</summary>
    public IReadOnlyList<AppMigration> Migrations { get; init; } = [];

    /// <summary>Tables whose number of rows is another one than in the copy that a restore goes back to. Empty where the strategy keeps newer data or no copy could be read.</summary>
    public IReadOnlyList<RowChange> Lost { get; init; } = [];

    /// <summary>How many rows a restore loses, over all tables that have more rows now than in the copy; empty where that can't be told.</summary>
    public long? LostRows { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Strategy}: {Reason}";
}
