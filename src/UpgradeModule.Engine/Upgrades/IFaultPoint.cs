namespace UpgradeModule.Engine.Upgrades;

/// <summary>
/// Is told the moments at which a run may die, so that a test can have it die there. Nothing outside of this assembly and its tests can give
/// one: there is no switch for it.
/// </summary>
internal interface IFaultPoint
{
    /// <summary>A moment is reached.</summary>
    /// <param name="action">The action, with its stop: <c>Swap@1.1.0</c>.</param>
    /// <param name="moment">The moment.</param>
    void Reach(string action, FaultMoment moment);
}
