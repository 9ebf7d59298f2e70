using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades.Live;

/// <summary>Upgrades on a PostgreSQL server whose role may create databases.</summary>
[Collection("PostgresUpgrades")]
public sealed class PostgresLiveUpgradeTests(PostgresFixture postgres) : LiveUpgradeTests
{
    private protected override async Task<DatabaseAccess?> DatabaseAsync()
    {
        postgres.Require();
        return await postgres.CreateAsync();
    }
}
