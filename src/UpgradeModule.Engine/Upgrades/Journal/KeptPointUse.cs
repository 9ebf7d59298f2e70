namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>What has become of a kept state.</summary>
internal enum KeptPointUse
{
    /// <summary>It is there, for the way back.</summary>
    Kept,

    /// <summary>It was gone back to and serves the application: it is never dropped.</summary>
    Live,

    /// <summary>It was dropped.</summary>
    Dropped,
}
