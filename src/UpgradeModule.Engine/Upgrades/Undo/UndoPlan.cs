namespace UpgradeModule.Engine.Upgrades.Undo;

/// <summary>What the undo of a run would do. Nothing has been changed.</summary>
public sealed record UndoPlan
{
    /// <summary>The run.</summary>
    public UpgradeRun Run { get; init; } = new();

    /// <summary>Why there is nothing to undo; <see langword="null"/> where there is.</summary>
    public string? Nothing { get; init; }

    /// <summary>The strategy, never <see cref="UndoStrategy.Auto"/>.</summary>
    public UndoStrategy Strategy { get; init; } = UndoStrategy.Restore;

    /// <summary>Why that one, in a sentence.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Where the data comes from, for people; <see langword="null"/> where the data needs no undo.</summary>
    public string? Source { get; init; }

    /// <summary>Whether how much newer data goes could be told.</summary>
    public bool LossKnown { get; init; }

    /// <summary>How many rows, by table, were written since that are not in the data that comes back.</summary>
    public IReadOnlyList<TableCount> Lost { get; init; } = [];
}
