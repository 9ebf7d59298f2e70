namespace UpgradeModule;

/// <summary>What the app definition knows of a migration's way back.</summary>
public enum MigrationRollback
{
    /// <summary>Nothing.</summary>
    Unknown,

    /// <summary>Migrating down takes it back, with the data that was written since.</summary>
    Reversible,

    /// <summary>Its way back does nothing: it is taken off the list, and what it did stays.</summary>
    NoOp,

    /// <summary>It can't be taken back: versions before it can't work with what it did.</summary>
    Gate,
}
