using NSubstitute;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Engine.Upgrades.Journal;

namespace UpgradeModule.Tests.Upgrades;

public sealed class MigrationMajorGateTests : IDisposable
{
    private readonly UpgradeBench _bench = new();
    private readonly MigrationSpec _spec = new() { Kind = "table", Table = "migrations", MajorPattern = "^v(?<major>\\d+)" };
    private MigrationState _before = new() { Count = 10, Major = 1, Last = "v1.a" };
    private MigrationState _now = new() { Count = 10, Major = 1, Last = "v1.a" };

    [Fact]
    public async Task A_database_at_the_versions_major_passes()
    {
        _now = new() { Count = 12, Major = 2, Last = "v2.b" };
        Assert.Null(await Gate().ReasonAsync(default));
    }

    [Fact]
    public async Task A_major_that_brings_no_migration_passes_once_nothing_moves_any_more_and_that_is_told_once()
    {
        var gate = Gate(TimeSpan.FromMilliseconds(50));
        Assert.Contains("still tells major 1, not 2", await gate.ReasonAsync(default));
        await Task.Delay(80);
        Assert.Null(await gate.ReasonAsync(default));
        Assert.Null(await gate.ReasonAsync(default));
        Assert.Single(_bench.Operation.Warnings, warning => warning.Contains("no migration of its own", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_migration_that_comes_late_is_waited_for()
    {
        var gate = Gate(TimeSpan.FromMilliseconds(50));
        Assert.NotNull(await gate.ReasonAsync(default));
        await Task.Delay(80);
        _now = _now with { Count = 11, Last = "v1.b" };
        Assert.NotNull(await gate.ReasonAsync(default));
    }

    [Fact]
    public async Task A_migration_of_the_major_that_is_known_and_has_not_run_never_passes()
    {
        _spec.Known = [new MigrationNoteSpec { Name = "v2.first", Release = "2.0.0" }];
        var gate = Gate(TimeSpan.Zero);
        Assert.Contains("v2.first has not run", await gate.ReasonAsync(default));
        Assert.Contains("v2.first has not run", await gate.ReasonAsync(default));
    }

    [Fact]
    public async Task A_known_migration_of_a_later_release_is_not_waited_for()
    {
        _spec.Known = [new MigrationNoteSpec { Name = "v2.later", Release = "2.1.0" }];
        Assert.Null(await Gate(TimeSpan.Zero).ReasonAsync(default));
    }

    [Fact]
    public async Task A_forerunner_that_the_version_itself_brought_is_its_own()
    {
        _now = new() { Count = 12, Major = 3, Last = "v3.forerunner" };
        Assert.Null(await Gate().ReasonAsync(default));
    }

    [Fact]
    public async Task A_database_that_was_newer_before_never_passes()
    {
        _before = _now = new() { Count = 12, Major = 3, Last = "v3.a" };
        Assert.Contains("newer than 2.0.0", await Gate().ReasonAsync(default));
    }

    [Fact]
    public async Task Fewer_migrations_than_before_never_pass()
    {
        _now = new() { Count = 2, Major = 2, Last = "v2.a" };
        Assert.Contains("fewer than the 10 before", await Gate(TimeSpan.Zero).ReasonAsync(default));
    }

    public void Dispose() => _bench.Dispose();

    private MigrationGate Gate(TimeSpan? patience = null)
    {
        var stop = new UpgradeStop { Order = 1, From = UpgradeBench.V("1.0.0"), To = UpgradeBench.V("2.0.0"), Edition = "standard" };
        _bench.Spec = _bench.Spec with { Migrations = _spec };
        _bench.Migrations.ReadAsync(default!, default!, default).ReturnsForAnyArgs(_ => _now);
        var run = new RunContext
        {
            Services = _bench.Services,
            Request = new UpgradeRequest(),
            Path = UpgradeBench.PathOf(("1.0.0", "2.0.0")),
            Recorder = new RunRecorder(new RunDocument(), Substitute.For<IUpgradeJournal>(), _bench.Operation),
            Deployment = _bench.Context,
        };
        run.BeginHop(0).MigrationsBefore = _before;
        return new MigrationGate(run, stop, patience);
    }
}
