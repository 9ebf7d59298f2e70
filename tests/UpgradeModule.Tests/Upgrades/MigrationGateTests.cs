using NSubstitute;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Migrations;

namespace UpgradeModule.Tests.Upgrades;

public sealed class MigrationGateTests : IDisposable
{
    private readonly UpgradeBench _bench = new() { Path = UpgradeBench.PathOf(("1.0.0", "1.1.0")) };
    private string[] _recorded = ["1_users"];

    public MigrationGateTests()
    {
        _bench.Spec = _bench.Spec with
        {
            Migrations = new MigrationSpec { Table = "migrations", Required = [new() { From = "1.0.0", Name = "1_users" }, new() { From = "1.1.0", Name = "2_addresses" }] },
        };
        _bench.Migrations.ReadAsync(default!, default!, default).ReturnsForAnyArgs(_ => new MigrationState { Count = _recorded.Length, Names = _recorded });

        // It answers as healthy from the start, as applications do whose migrations are a step of their own.
        _bench.Waiter.WaitAsync(default!, default!, default).ReturnsForAnyArgs(async call =>
        {
            var reason = call.Arg<WaitRequest>().Gate is { } gate ? await gate(call.Arg<CancellationToken>()) : null;
            return reason is null
                ? new AppService { Status = AppServiceStatus.Running, Health = AppHealth.Healthy }
                : throw new UpgradeException("ServiceTimeout", UpgradeErrorCategory.OperationTimeout, "app", reason, "");
        });
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_version_that_answers_as_healthy_without_its_migration_is_taken_back()
    {
        var result = await _bench.RunAsync();
        Assert.Equal(UpgradeOutcome.RolledBack, result.Outcome);
        Assert.Contains("1.1.0 needs the migration 2_addresses", result.Error, StringComparison.Ordinal);
        _bench.AssertRuns("1.0.0", [.. _bench.World.Live.Rows]);
    }

    [Fact]
    public async Task It_has_succeeded_once_the_migration_is_recorded()
    {
        _recorded = ["1_users", "2_addresses"];
        Assert.Equal(UpgradeOutcome.Succeeded, (await _bench.RunAsync()).Outcome);
    }
}
