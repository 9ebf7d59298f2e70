namespace UpgradeModule.Engine.Upgrades;

/// <summary>A moment of an action at which a process may die.</summary>
internal enum FaultMoment
{
    /// <summary>Its intent is written down, and nothing of it is done.</summary>
    Intent,

    /// <summary>It took effect, and its result is not written down.</summary>
    Effect,

    /// <summary>Its result is written down.</summary>
    Result,
}
