namespace UpgradeModule.Tests.Support;

/// <summary>The tests of upgrades, migrations and whole backups, on a PostgreSQL server of their own, beside the others.</summary>
[CollectionDefinition("PostgresUpgrades")]
public class PostgresUpgradesCollection : ICollectionFixture<PostgresFixture>;
