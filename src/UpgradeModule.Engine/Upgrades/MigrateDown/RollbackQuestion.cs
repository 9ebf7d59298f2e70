using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.MigrateDown;

/// <summary>What is to be taken back, and what is known of the state before.</summary>
public sealed record RollbackQuestion
{
    /// <summary>The version that runs.</summary>
    public AppVersion From { get; init; } = null!;

    /// <summary>The version to go back to.</summary>
    public AppVersion To { get; init; } = null!;

    /// <summary>The migrations that were recorded before; empty where that isn't known.</summary>
    public IReadOnlyList<string> MigrationsBefore { get; init; } = [];

    /// <summary>The copy of the data that a restore would go back to, where one is kept.</summary>
    public ReturnPoint? Point { get; init; }

    /// <summary>The backup that a restore would go back to, where no copy is kept.</summary>
    public AppBackup? Backup { get; init; }
}
