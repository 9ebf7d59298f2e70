namespace UpgradeModule.Engine.Upgrades;

/// <summary>What is done to a deployment by hand, stage by stage.</summary>
public enum Stage
{
    /// <summary>Its service is stopped.</summary>
    Stop,

    /// <summary>Its service is started.</summary>
    Start,

    /// <summary>Its version is swapped.</summary>
    Swap,

    /// <summary>Its data is replaced.</summary>
    Restore,

    /// <summary>Its data is backed up.</summary>
    Backup,
}
