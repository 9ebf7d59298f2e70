using NSubstitute;
using UpgradeModule.Engine.Upgrades;

namespace UpgradeModule.Tests.Upgrades;

/// <summary>Runs that were cut short, and are gone on with by another process.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly UpgradeBench _bench = new();

    public static TheoryData<string, string> Moments()
    {
        var data = new TheoryData<string, string>();
        foreach (var action in (string[])["Fetch", "Backup", "Prove", "ReadInvariants@1.1.0", "Stop@1.1.0", "RollbackPoint@1.1.0", "Swap@1.1.0", "Start@1.1.0", "Wait@1.1.0", "CompareInvariants@1.1.0", "Swap@2.0.0", "CompareInvariants@2.0.0"])
        {
            foreach (var moment in Enum.GetNames<FaultMoment>()) data.Add(action, moment);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task A_run_that_died_at_any_action_is_finished(string action, string moment)
    {
        await _bench.KillAsync(() => _bench.RunAsync(), action, Enum.Parse<FaultMoment>(moment));

        var result = await ResumeAsync();

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.Equal(1, result.Resumed);
        _bench.AssertRuns("2.0.0", "first", "second");
        Assert.All(result.Steps, step => Assert.True(step.Status is UpgradeActionStatus.Done or UpgradeActionStatus.Skipped, step.ToString()));
        Assert.Equal(result.Steps.Count, result.Steps.Select(step => (step.Id, step.Stop?.Text)).Distinct().Count());
        Assert.Equal(4, result.Kept.Count);
        var history = Assert.Single(await _bench.Service.TestHistoryAsync(_bench.Deployment, result.HistoryHead, default));
        Assert.True(history.Intact, history.FirstBroken?.Message);
        Assert.Equal((history.Head, true), (result.HistoryHead, history.ContainsHead));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_backup_that_was_damaged_or_lost_while_the_run_lay_dead_is_made_anew(bool lost)
    {
        await _bench.KillAsync(() => _bench.RunAsync(), "ReadInvariants@1.1.0", FaultMoment.Intent);
        if (lost) _bench.World.Before["Checksums#1"] = () => throw new UpgradeException("BackupNotFound", UpgradeErrorCategory.ObjectNotFound, "b", "There is no backup in '/backups/b'.");
        else _bench.Checksums = new BackupTestResult { Problems = ["'data' has another checksum."] };

        var result = await ResumeAsync();

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.Equal(["Backup#1", "Prove#1", "Backup#2", "Prove#2"], _bench.World.Calls.Where(call => call.StartsWith("Backup", StringComparison.Ordinal) || call.StartsWith("Prove", StringComparison.Ordinal)));
        Assert.Contains(_bench.Operation.Warnings, warning => warning.Contains("/backups/b", StringComparison.Ordinal) && warning.Contains("another one is made", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_backup_that_is_as_it_was_proven_is_not_made_anew()
    {
        await _bench.KillAsync(() => _bench.RunAsync(), "ReadInvariants@1.1.0", FaultMoment.Intent);

        var result = await ResumeAsync();

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.Contains("Checksums#1", _bench.World.Calls);
        Assert.DoesNotContain("Backup#2", _bench.World.Calls);
    }

    [Fact]
    public async Task What_the_version_before_wrote_since_the_stop_is_in_what_is_kept()
    {
        await _bench.KillAsync(() => _bench.RunAsync(), "RollbackPoint@1.1.0", FaultMoment.Result);
        _bench.World.Start();
        _bench.World.Write("third");

        var result = await ResumeAsync();

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        _bench.AssertRuns("2.0.0", "first", "second", "third");
        Assert.Contains(_bench.World.KeptData.Values, data => data.Version.Text == "1.0.0" && data.Rows.Contains("third"));
    }

    [Theory]
    [InlineData("Start@1.1.0", "Result")]
    [InlineData("Wait@1.1.0", "Intent")]
    public async Task A_migration_that_a_power_cut_broke_off_begins_again_with_the_data_of_before(string action, string moment)
    {
        await BreakOffAsync(action, Enum.Parse<FaultMoment>(moment));

        var result = await ResumeAsync();

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        _bench.AssertRuns("2.0.0", "first", "second");
        Assert.All(result.Steps, step => Assert.True(step.Status is UpgradeActionStatus.Done or UpgradeActionStatus.Skipped, step.ToString()));
        Assert.Contains(_bench.Operation.Warnings, warning => warning.Contains("It says no.", StringComparison.Ordinal) && warning.Contains("began again", StringComparison.Ordinal));
        Assert.Contains(_bench.World.KeptData.Values, data => data.Rows.Contains("half"));
        Assert.Contains(_bench.World.KeptData.Values, data => data.Version.Text == "1.0.0" && !data.Rows.Contains("half"));
    }

    [Theory]
    [InlineData("Stop@1.1.0")]
    [InlineData("RollbackPoint@1.1.0")]
    [InlineData("Start@1.1.0")]
    [InlineData("Wait@1.1.0")]
    public async Task A_new_beginning_that_dies_itself_is_gone_on_with(string action)
    {
        foreach (var moment in Enum.GetValues<FaultMoment>())
        {
            using var bench = new UpgradeBench();
            await BreakOffAsync("Wait@1.1.0", FaultMoment.Intent, bench);
            await bench.KillAsync(() => bench.Service.ResumeAsync(bench.Context, new ResumeRequest(), default), action, moment, skip: action == "Start@1.1.0" || (action, moment) == ("Wait@1.1.0", FaultMoment.Intent) ? 1 : 0);
            bench.World.Running = null;

            var result = await bench.Service.ResumeAsync(bench.Context, new ResumeRequest(), default);

            Assert.True(result.Outcome == UpgradeOutcome.Succeeded, $"{action} {moment}: {result.Error}");
            bench.AssertRuns("2.0.0", "first", "second");
        }
    }

    [Fact]
    public async Task A_migration_that_fails_a_second_time_is_taken_back()
    {
        await BreakOffAsync("Wait@1.1.0", FaultMoment.Intent);
        _bench.World.Before["Wait#2"] = () => throw new UpgradeException("ServiceCrashed", UpgradeErrorCategory.InvalidOperation, "app", "It still says no.");

        var result = await ResumeAsync();

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        Assert.Contains("It still says no.", result.Error);
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Theory]
    [InlineData("Wait@1.1.0", "Result", "ServiceCrashed")]
    [InlineData("Wait@1.1.0", "Intent", "ServiceTimeout")]
    public async Task What_was_in_use_or_only_takes_long_does_not_begin_again(string action, string moment, string error)
    {
        await BreakOffAsync(action, Enum.Parse<FaultMoment>(moment), error: error);

        var result = await ResumeAsync();

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        _bench.AssertRuns("1.0.0", "first", "second");
        Assert.DoesNotContain(_bench.Operation.Warnings, warning => warning.Contains("began again", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Prove", "1.0.0")]
    [InlineData("ReadInvariants@2.0.0", "1.1.0")]
    [InlineData("CompareInvariants@2.0.0", "2.0.0")]
    public async Task What_a_power_cut_stopped_between_two_stops_is_started_before_the_run_goes_on(string action, string version)
    {
        await _bench.KillAsync(() => _bench.RunAsync(), action, FaultMoment.Result);
        _bench.World.Running = null;
        _bench.Readiness.CheckAsync(default!, default!, default).ReturnsForAnyArgs(_ =>
        {
            Assert.NotNull(_bench.World.Running);
            return _bench.Ready;
        });

        var result = await ResumeAsync();

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.Equal(action.StartsWith("Compare", StringComparison.Ordinal) ? 0 : 1, _bench.Operation.Warnings.Count(warning => warning.Contains($"{version} does not run any more", StringComparison.Ordinal)));
        _bench.AssertRuns("2.0.0", "first", "second");
    }

    [Fact]
    public async Task What_people_stopped_during_a_pause_is_not_started()
    {
        _bench.Path = _bench.Path with { Stops = [_bench.Path.Stops[0] with { StepsAfter = [new UpgradeStep { Id = "by-hand", Title = "By hand", Kind = UpgradeStepKind.Manual }] }, _bench.Path.Stops[1]] };
        Assert.Equal(UpgradeOutcome.Paused, (await _bench.RunAsync()).Outcome);
        _bench.World.Running = null;
        var starts = _bench.World.Calls.Count(call => call.StartsWith("Start#", StringComparison.Ordinal));

        Assert.Equal(UpgradeOutcome.Paused, (await ResumeAsync()).Outcome);

        Assert.Equal(starts, _bench.World.Calls.Count(call => call.StartsWith("Start#", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("Undo:Start@1.1.0")]
    [InlineData("Undo:Swap@1.1.0")]
    [InlineData("Undo:Stop@1.1.0")]
    public async Task A_way_back_that_died_is_ended(string action)
    {
        foreach (var moment in Enum.GetValues<FaultMoment>())
        {
            using var bench = new UpgradeBench();
            bench.World.Before["Wait#1"] = () => throw new UpgradeException("Broken", UpgradeErrorCategory.InvalidOperation, "app", "It never became healthy.");
            await bench.KillAsync(() => bench.RunAsync(), action, moment);

            var result = await bench.Service.ResumeAsync(bench.Context, new ResumeRequest(), default);

            Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
            Assert.Equal("Broken", result.ErrorId);
            Assert.Contains("never became healthy", result.Error);
            bench.AssertRuns("1.0.0", "first", "second");
        }
    }

    [Fact]
    public async Task A_run_that_failed_in_its_way_back_goes_on_going_back_once_that_is_mended()
    {
        _bench.World.Before["Wait#1"] = () => throw new UpgradeException("Broken", UpgradeErrorCategory.InvalidOperation, "app", "It never became healthy.");
        for (var i = 1; i <= 3; i++) _bench.World.Before[$"Rollback#{i}"] = () => throw new UpgradeException("DatabaseUnreachable", UpgradeErrorCategory.ConnectionError, "db", "Nobody answers.");
        var failed = await _bench.RunAsync();
        Assert.Equal(UpgradeOutcome.Failed, failed.Outcome);

        var result = await ResumeAsync();

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        Assert.Equal("1.0.0", result.Reached!.Text);
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Theory]
    [InlineData("DatabaseUnreachable", UpgradeOutcome.RolledBack)]
    [InlineData("ContainerEngineUnreachable", UpgradeOutcome.RolledBack)]
    [InlineData("RollbackFailed", UpgradeOutcome.Failed)]
    public async Task A_way_back_waits_for_a_server_that_starts_again_but_for_nothing_else(string error, UpgradeOutcome outcome)
    {
        _bench.UndoPatience = TimeSpan.FromSeconds(30);
        _bench.World.Before["Wait#1"] = () => throw new UpgradeException("Broken", UpgradeErrorCategory.InvalidOperation, "app", "It never became healthy.");
        for (var i = 1; i <= 6; i++) _bench.World.Before[$"Rollback#{i}"] = () => throw new UpgradeException(error, UpgradeErrorCategory.ConnectionError, "db", "The database system is starting up.");

        var result = await _bench.RunAsync();

        Assert.True(result.Outcome == outcome, result.Error);
        if (outcome == UpgradeOutcome.Failed) return;
        Assert.Single(_bench.Operation.Warnings, warning => warning.Contains("It may come back", StringComparison.Ordinal));
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Fact]
    public async Task A_hop_that_can_not_be_finished_is_taken_back()
    {
        await _bench.KillAsync(() => _bench.RunAsync(), "Swap@2.0.0", FaultMoment.Effect);
        _bench.World.Before["Wait#2"] = () => throw new UpgradeException("ServiceUnhealthy", UpgradeErrorCategory.InvalidOperation, "app", "It says no.");

        var result = await ResumeAsync();

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        _bench.AssertRuns("1.1.0", "first", "second");
    }

    [Fact]
    public async Task A_version_that_was_in_use_is_not_taken_back_for_what_people_deleted()
    {
        await _bench.KillAsync(() => _bench.RunAsync(), "CompareInvariants@1.1.0", FaultMoment.Intent);
        _bench.World.Live = _bench.World.Live with { Rows = ["first"] };

        var result = await ResumeAsync();

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.Contains(_bench.Operation.Warnings, warning => warning.Contains("fell from 2 to 1", StringComparison.Ordinal));
        _bench.AssertRuns("2.0.0", "first");
    }

    [Fact]
    public async Task A_new_run_is_refused_over_half_a_run_and_begins_with_force()
    {
        await _bench.KillAsync(() => _bench.RunAsync(), "Swap@1.1.0", FaultMoment.Intent);

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => _bench.RunAsync());

        Assert.Equal("RunInterrupted", failure.ErrorId);
        Assert.Contains("Resume-UpgradeRun", failure.Message);
        Assert.Contains("Undo-UpgradeRun", failure.Message);
        var forced = await _bench.Service.RunAsync(_bench.Context, new UpgradeRequest { Path = _bench.Path, Force = true }, default);
        Assert.True(forced.Outcome == UpgradeOutcome.Succeeded, forced.Error);
        _bench.AssertRuns("2.0.0", "first", "second");
    }

    [Fact]
    public async Task A_new_run_begins_where_a_version_was_in_place_when_the_last_one_died()
    {
        await _bench.KillAsync(() => _bench.RunAsync(), "Prove", FaultMoment.Effect);

        var result = await _bench.RunAsync();

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        var runs = await _bench.Service.ListAsync(_bench.Deployment, default);
        Assert.Equal([UpgradeOutcome.Succeeded, UpgradeOutcome.RolledBack], runs.Select(run => run.Outcome!.Value));
    }

    [Fact]
    public async Task A_run_that_ended_has_nothing_to_go_on_with()
    {
        await _bench.RunAsync();

        var failure = await Assert.ThrowsAsync<UpgradeException>(ResumeAsync);

        Assert.Equal("RunEnded", failure.ErrorId);
    }

    [Fact]
    public async Task What_stands_in_the_way_leaves_the_run_as_it_was()
    {
        await _bench.KillAsync(() => _bench.RunAsync(), "ReadInvariants@1.1.0", FaultMoment.Result);
        _bench.Ready = new ReadinessResult { Blockers = [new Blocker { Check = "Disk", Message = "The disk is full.", Remedy = "Free some." }] };

        var failure = await Assert.ThrowsAsync<UpgradeException>(ResumeAsync);

        Assert.Equal("NotReady", failure.ErrorId);
        Assert.Null((await _bench.Service.ListAsync(_bench.Deployment, default)).Single().Outcome);
        _bench.Ready = new ReadinessResult { Ready = true };
        Assert.Equal(UpgradeOutcome.Succeeded, (await ResumeAsync()).Outcome);
    }

    public void Dispose() => _bench.Dispose();

    /// <summary>The machine of a run dies, the application with it, in the middle of a migration: the data that is left lets the new version fail.</summary>
    private async Task BreakOffAsync(string action, FaultMoment moment, UpgradeBench? bench = null, string error = "ServiceCrashed")
    {
        bench ??= _bench;
        await bench.KillAsync(() => bench.RunAsync(), action, moment);
        bench.World.Running = null;
        bench.World.Live = bench.World.Live with { Rows = [.. bench.World.Live.Rows, "half"] };
        bench.World.Sick = data => data.Rows.Contains("half") ? new UpgradeException(error, UpgradeErrorCategory.InvalidOperation, "app", "It says no.") : null;
    }

    private Task<UpgradeResult> ResumeAsync() => _bench.Service.ResumeAsync(_bench.Context, new ResumeRequest(), default);
}
