namespace UpgradeModule.Tests.Upgrades.Live;

/// <summary>Migrations down on a SQLite file.</summary>
public sealed class SqliteLiveMigrateDownTests : LiveMigrateDownTests;
