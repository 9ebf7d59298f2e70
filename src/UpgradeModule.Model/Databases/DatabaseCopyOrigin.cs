namespace UpgradeModule;

/// <summary>How a copy of an application's data came to be kept.</summary>
public enum DatabaseCopyOrigin
{
    /// <summary>Its name doesn't tell.</summary>
    Unknown,

    /// <summary>The data before a restore, set aside by Restore-AppDatabase.</summary>
    BeforeRestore,

    /// <summary>The data right after the stop, kept by an upgrade run for the way back.</summary>
    RollbackPoint,

    /// <summary>What an upgrade run replaced when it went back: the data that the failed version left.</summary>
    Replaced,

    /// <summary>What a restore that was cut short could not remove any more; it is of no use.</summary>
    Unfinished,
}
