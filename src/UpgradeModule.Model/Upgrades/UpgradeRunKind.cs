namespace UpgradeModule;

/// <summary>What a run does.</summary>
public enum UpgradeRunKind
{
    /// <summary>It walks an upgrade path.</summary>
    Upgrade,

    /// <summary>It migrates down to an older version.</summary>
    MigrateDown,
}
