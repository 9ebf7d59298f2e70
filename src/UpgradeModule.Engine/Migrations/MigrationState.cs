namespace UpgradeModule.Engine.Migrations;

/// <summary>What the database tells of the migrations that ran.</summary>
public sealed record MigrationState
{
    /// <summary>How many are recorded.</summary>
    public int Count { get; init; }

    /// <summary>Their names, in the order in which they ran.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The one that ran last.</summary>
    public string? Last { get; init; }

    /// <summary>The application's major that they tell, where they tell one.</summary>
    public int? Major { get; init; }

    /// <summary>Whether the migration lock is held.</summary>
    public bool Locked { get; init; }

    /// <summary>Who holds it.</summary>
    public string? LockedBy { get; init; }

    /// <summary>Since when, in UTC.</summary>
    public DateTimeOffset? LockedSince { get; init; }
}
