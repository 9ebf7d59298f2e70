namespace UpgradeModule;

/// <summary>How an upgrade run is undone.</summary>
public enum UndoStrategy
{
    /// <summary>Migrates down where every migration since is known to be reversible and newer data would be kept; else restores.</summary>
    Auto,

    /// <summary>Puts back the data from before the run: what the run kept, else its proven backup. What was written since is kept aside.</summary>
    Restore,

    /// <summary>Has the application take its migrations back, so that what was written since stays.</summary>
    MigrateDown,
}
