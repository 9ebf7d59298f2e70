using NSubstitute;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Upgrades;

namespace UpgradeModule.Tests.Upgrades;

public sealed class MigrateActionTests : IDisposable
{
    private readonly UpgradeBench _bench = new() { Path = UpgradeBench.PathOf(("1.0.0", "1.1.0")) };
    private readonly List<OneOffCommand> _commands = [];

    public MigrateActionTests()
    {
        _bench.Spec = _bench.Spec with
        {
            Migrations = new MigrationSpec { Kind = "table", Table = "migrations", UpCommand = ["{artifact}", "migrate", "{version}", "{migrationTag}"], UpTimeoutMinutes = 7 },
            Editions = [new EditionSpec { Id = "standard", Default = true, MigrationTag = "ce" }],
        };
        _bench.Migrations.ReadAsync(default!, default!, default).ReturnsForAnyArgs(_ => new MigrationState { Count = _commands.Count == 0 ? 82 : 90, Last = "m90" });
        _bench.World.RunOnce = command =>
        {
            _commands.Add(command);
            _bench.World.Live = _bench.World.Live with { Rows = [.. _bench.World.Live.Rows, "migrated"] };
            return new CommandOutcome { Duration = TimeSpan.FromSeconds(3), Output = ["82 to 90"], LogPath = "/var/log/app.log" };
        };
    }

    [Fact]
    public async Task The_command_runs_between_swap_and_start_and_both_exit_code_and_migrations_are_told()
    {
        var result = await _bench.RunAsync();

        Assert.Equal(UpgradeOutcome.Succeeded, result.Outcome);
        Assert.Equal(["Stop#1", "Invariants#2", "Point#1", "Swap#1", "RunOnce#1", "Start#1"], _bench.World.Calls.SkipWhile(call => call != "Stop#1").Take(6));
        var command = Assert.Single(_commands);
        Assert.Equal(["/opt/app", "migrate", "1.1.0", "ce"], command.Expand("/opt/app"));
        Assert.Equal(TimeSpan.FromMinutes(7), command.Timeout);
        var step = Assert.Single(result.Steps, step => step.Id == "Migrate");
        Assert.Contains("exit code 0", step.Message);
        Assert.Contains("82 migrations before, 90 after, last m90", step.Message);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_command_that_was_broken_off_begins_again_with_the_data_of_before_and_what_fails_then_is_taken_back(bool started, bool fails)
    {
        await _bench.KillAsync(() => _bench.RunAsync(), "Migrate@1.1.0", FaultMoment.Effect);
        // A reboot may have started what is installed.
        if (started) _bench.World.Running = _bench.World.Installed;
        var run = _bench.World.RunOnce;
        if (fails) _bench.World.RunOnce = command => run(command) with { ExitCode = 3 };

        var result = await _bench.Service.ResumeAsync(_bench.Context, new ResumeRequest(), default);

        Assert.True(result.Outcome == (fails ? UpgradeOutcome.RolledBack : UpgradeOutcome.Succeeded), result.Error);
        if (fails) _bench.AssertRuns("1.0.0", "first", "second");
        else _bench.AssertRuns("1.1.0", "first", "second", "migrated");
    }

    [Fact]
    public async Task A_command_that_fails_takes_the_hop_back_with_its_data()
    {
        var run = _bench.World.RunOnce;
        _bench.World.RunOnce = command => run(command) with { ExitCode = 3, Output = ["half done"] };

        var result = await _bench.RunAsync();

        Assert.Equal(UpgradeOutcome.RolledBack, result.Outcome);
        Assert.Equal("CommandFailed", result.ErrorId);
        Assert.Contains("exit code 3", result.Error);
        Assert.Contains("had not been started; the database was taken back", result.Error);
        Assert.Contains("/var/log/app.log", result.Error);
        Assert.Contains("Rollback#1", _bench.World.Calls);
        Assert.Equal(1, _bench.World.Calls.Count(call => call.StartsWith("Start#", StringComparison.Ordinal)));
        _bench.AssertRuns("1.0.0", "first", "second");
        Assert.Contains(_bench.Operation.Warnings, warning => warning.Contains("half done", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_that_ends_well_and_leaves_out_what_the_version_needs_has_failed()
    {
        _bench.Spec = _bench.Spec with { Migrations = _bench.Spec.Migrations! with { Required = [new() { From = "1.1.0", Name = "m91" }] } };

        var result = await _bench.RunAsync();

        Assert.Equal(UpgradeOutcome.RolledBack, result.Outcome);
        Assert.Equal("CommandFailed", result.ErrorId);
        Assert.Contains("exit code 0", result.Error);
        Assert.Contains("the migration m91 that 1.1.0 needs is not recorded", result.Error);
        Assert.DoesNotContain("Start#2", _bench.World.Calls);
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Fact]
    public async Task The_data_is_not_taken_back_under_a_command_that_can_t_be_ended()
    {
        var run = _bench.World.RunOnce;
        _bench.World.RunOnce = command => run(command) with { ExitCode = 3 };
        for (var i = 1; i <= 3; i++) _bench.World.Before[$"EndLeft#{i}"] = () => throw new UpgradeException("CommandFailed", UpgradeErrorCategory.ResourceBusy, "app", "It still runs.");

        var result = await _bench.RunAsync();

        Assert.Equal("RollbackFailed", result.ErrorId);
        Assert.Contains("EndLeft#1", _bench.World.Calls);
        Assert.DoesNotContain(_bench.World.Calls, call => call.StartsWith("Rollback", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_that_could_not_be_run_takes_the_hop_back_too()
    {
        _bench.World.Before["RunOnce#1"] = () => throw new UpgradeException("CommandTimeout", UpgradeErrorCategory.OperationTimeout, "app", "It took too long.");
        var result = await _bench.RunAsync();
        Assert.Equal("CommandTimeout", result.ErrorId);
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Fact]
    public async Task What_fails_after_the_command_takes_its_data_back_once()
    {
        _bench.World.Before["Wait#1"] = () => throw new UpgradeException("ServiceUnhealthy", UpgradeErrorCategory.InvalidOperation, "app", "It is not well.");
        var result = await _bench.RunAsync();
        Assert.Equal(UpgradeOutcome.RolledBack, result.Outcome);
        Assert.Single(_bench.World.Calls, call => call.StartsWith("Rollback", StringComparison.Ordinal));
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Fact]
    public async Task An_application_that_migrates_on_start_has_no_such_step()
    {
        _bench.Spec = _bench.Spec with { Migrations = null };
        var result = await _bench.RunAsync();
        Assert.DoesNotContain(result.Steps, step => step.Id == "Migrate");
    }

    public void Dispose() => _bench.Dispose();
}
