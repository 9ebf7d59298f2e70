using UpgradeModule.Engine.Upgrades.Actions;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>An action that was begun, so that the way back has to take it back.</summary>
/// <param name="Action">The action.</param>
/// <param name="Order">Its order in the run's record.</param>
internal sealed record BegunAction(IUpgradeAction Action, int Order);
