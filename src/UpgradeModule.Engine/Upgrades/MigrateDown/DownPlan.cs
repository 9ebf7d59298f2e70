namespace UpgradeModule.Engine.Upgrades.MigrateDown;

/// <summary>A way down that may be gone.</summary>
/// <param name="Path">The path, of one stop.</param>
/// <param name="TakenBack">The migrations that are to be taken back, in the order in which they ran; <see langword="null"/> where that can't be told.</param>
internal sealed record DownPlan(UpgradePath Path, IReadOnlyList<string>? TakenBack);
