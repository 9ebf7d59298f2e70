namespace UpgradeModule;

/// <summary>How the data of a newer version is taken back to an older one.</summary>
public enum RollbackStrategy
{
    /// <summary>By migrating down: what was written since stays.</summary>
    MigrateDown,

    /// <summary>By the copy of the data from before: what was written since is lost.</summary>
    Restore,
}
