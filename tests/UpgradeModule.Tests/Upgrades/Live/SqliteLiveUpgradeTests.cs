namespace UpgradeModule.Tests.Upgrades.Live;

/// <summary>Upgrades on a SQLite file.</summary>
public sealed class SqliteLiveUpgradeTests : LiveUpgradeTests;
