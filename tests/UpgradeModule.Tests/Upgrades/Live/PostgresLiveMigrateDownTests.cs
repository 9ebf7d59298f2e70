using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades.Live;

/// <summary>Migrations down on a PostgreSQL server whose role may create databases; the same on SQLite is in every run of the tests.</summary>
[Collection("PostgresUpgrades")]
[Trait("Category", "Long")]
public sealed class PostgresLiveMigrateDownTests(PostgresFixture postgres) : LiveMigrateDownTests
{
    private protected override async Task<DatabaseAccess?> DatabaseAsync()
    {
        postgres.Require();
        return await postgres.CreateAsync();
    }
}
