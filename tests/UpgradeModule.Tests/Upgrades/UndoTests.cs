using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Engine.Upgrades.Journal;
using UpgradeModule.Engine.Upgrades.Undo;

namespace UpgradeModule.Tests.Upgrades;

/// <summary>Runs that are taken back by hand.</summary>
public sealed class UndoTests : IDisposable
{
    private readonly UpgradeBench _bench = new();

    [Fact]
    public async Task A_run_that_succeeded_goes_back_to_the_version_and_data_from_before_it()
    {
        await _bench.RunAsync();
        _bench.World.Write("newer");

        var result = await UndoAsync();

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        Assert.NotNull(result.Undo!.EndedOn);
        Assert.Equal("1.0.0", result.Reached!.Text);
        _bench.AssertRuns("1.0.0", "first", "second");
        Assert.Contains(_bench.World.KeptData.Values, data => data.Rows.Contains("newer"));
        var completed = await _bench.Service.CompleteAsync(_bench.Context, result.RunId, default);
        Assert.True(completed.Completed);
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Fact]
    public async Task A_run_that_was_undone_says_so_and_is_left_alone()
    {
        await _bench.RunAsync();
        await UndoAsync();
        var calls = _bench.World.Calls.Count;

        var again = await UndoAsync();

        Assert.Contains("was undone already", again.Message);
        Assert.DoesNotContain(_bench.World.Calls.Skip(calls), call => call.StartsWith("Stop", StringComparison.Ordinal));
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Theory]
    [InlineData("Stop@1.1.0")]
    [InlineData("Swap@1.1.0")]
    [InlineData("Start@1.1.0")]
    [InlineData("CompareInvariants@1.1.0")]
    [InlineData("Stop@2.0.0")]
    [InlineData("Swap@2.0.0")]
    [InlineData("Start@2.0.0")]
    [InlineData("CompareInvariants@2.0.0")]
    public async Task A_run_that_died_is_taken_back_whole(string action)
    {
        foreach (var moment in Enum.GetValues<FaultMoment>())
        {
            using var bench = new UpgradeBench();
            await bench.KillAsync(() => bench.RunAsync(), action, moment);

            var result = await bench.Service.UndoAsync(bench.Context, new UndoRequest(), default);

            Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
            bench.AssertRuns("1.0.0", "first", "second");
        }
    }

    [Theory]
    [InlineData("UndoStop")]
    [InlineData("UndoData")]
    [InlineData("UndoVersion")]
    [InlineData("UndoStart")]
    public async Task An_undo_that_died_is_ended_by_whoever_goes_on(string action)
    {
        foreach (var moment in Enum.GetValues<FaultMoment>())
        {
            foreach (var resumes in new[] { true, false })
            {
                using var bench = new UpgradeBench();
                await bench.RunAsync();
                await bench.KillAsync(() => bench.Service.UndoAsync(bench.Context, new UndoRequest(), default), action, moment);

                var result = resumes
                    ? await bench.Service.ResumeAsync(bench.Context, new ResumeRequest(), default)
                    : await bench.Service.UndoAsync(bench.Context, new UndoRequest(), default);

                Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
                Assert.NotNull(result.Undo!.EndedOn);
                bench.AssertRuns("1.0.0", "first", "second");
            }
        }
    }

    [Theory]
    [InlineData("UndoStop")]
    [InlineData("UndoVersion")]
    [InlineData("UndoData")]
    public async Task A_machine_that_restarts_in_an_undo_and_starts_what_is_there_loses_nothing(string action)
    {
        foreach (var moment in Enum.GetValues<FaultMoment>())
        {
            using var bench = new UpgradeBench();
            await bench.RunAsync();
            await bench.KillAsync(() => bench.Service.UndoAsync(bench.Context, new UndoRequest(), default), action, moment);

            // Its service manager starts what is installed, if that starts at all.
            await Record.ExceptionAsync(() => Task.Run(bench.World.Start));
            var result = await bench.Service.ResumeAsync(bench.Context, new ResumeRequest(), default);

            Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
            bench.AssertRuns("1.0.0", "first", "second");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_is_undone_once_the_run_that_migrates_it_down_is_finished_by_whomever(bool resumes)
    {
        _bench.Path = UpgradeBench.PathOf(("1.0.0", "1.1.0"));
        var older = await _bench.RunAsync();
        _bench.Path = UpgradeBench.PathOf(("1.1.0", "2.0.0"));
        _bench.Deployment = _bench.Deployment with { Version = UpgradeBench.V("1.1.0") };
        if (resumes) await _bench.KillAsync(() => _bench.RunAsync(), "Swap@2.0.0", FaultMoment.Effect);
        else await _bench.RunAsync();
        var (document, journal, _) = await new RunJournals(_bench.Store).FindAsync(_bench.Context, null, default);
        await journal.EndAsync(document with { Undoes = new UndoOrder { RunId = older.RunId, Reason = "Every migration since can be taken back." } }, default);

        if (resumes) Assert.Equal(UpgradeOutcome.Succeeded, (await _bench.Service.ResumeAsync(_bench.Context, new ResumeRequest(), default)).Outcome);
        else Assert.Contains("was undone already", (await _bench.Service.UndoAsync(_bench.Context, new UndoRequest { RunId = older.RunId }, default)).Message, StringComparison.Ordinal);

        var undone = (await _bench.Service.ListAsync(_bench.Deployment, default)).Single(run => run.RunId == older.RunId);
        Assert.Equal((UpgradeOutcome.RolledBack, UndoStrategy.MigrateDown), (undone.Outcome, undone.Undo!.Strategy));
        Assert.NotNull(undone.Undo.EndedOn);
        Assert.Contains("can be taken back", undone.Undo.Reason, StringComparison.Ordinal);
        Assert.All(await _bench.Service.TestHistoryAsync(_bench.Deployment, undone.HistoryHead, default), found => Assert.True(found.Intact && found.ContainsHead == true, found.FirstBroken?.Message));
    }

    [Fact]
    public async Task A_run_that_reached_some_of_its_stops_is_taken_back_to_before_all_of_them()
    {
        _bench.World.Before["Wait#2"] = () => throw new UpgradeException("Broken", UpgradeErrorCategory.InvalidOperation, "app", "It says no.");
        Assert.Equal("1.1.0", (await _bench.RunAsync()).Reached!.Text);

        var result = await UndoAsync();

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Fact]
    public async Task An_undo_that_fails_says_what_is_kept_and_goes_on_when_it_is_called_again()
    {
        await _bench.RunAsync();
        for (var i = 1; i <= 3; i++) _bench.World.Before[$"Rollback#{i}"] = () => throw new UpgradeException("DatabaseUnreachable", UpgradeErrorCategory.ConnectionError, "db", "Nobody answers.");

        var failed = await UndoAsync();

        Assert.Equal((UpgradeOutcome.Failed, "UndoFailed"), (failed.Outcome, failed.ErrorId));
        Assert.Contains("Undo-UpgradeRun", failed.Error);
        var result = await UndoAsync();
        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Theory]
    [InlineData("ServiceStartFailed", 1, UpgradeOutcome.RolledBack)]
    [InlineData("ServiceStartFailed", 3, UpgradeOutcome.Failed)]
    [InlineData("ServiceTimeout", 1, UpgradeOutcome.Failed)]
    public async Task An_undo_whose_start_fails_starts_again_but_does_not_wait_again(string error, int times, UpgradeOutcome outcome)
    {
        await _bench.RunAsync();
        var (call, first) = error == "ServiceTimeout" ? ("Wait", 3) : ("Start", 3);
        for (var i = 0; i < times; i++) _bench.World.Before[$"{call}#{first + i}"] = () => throw new UpgradeException(error, UpgradeErrorCategory.InvalidOperation, "app", "It doesn't start.");

        var result = await UndoAsync();

        Assert.True(result.Outcome == outcome, result.Error);
        if (outcome == UpgradeOutcome.RolledBack) _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Fact]
    public async Task Where_neither_what_was_kept_nor_a_backup_is_there_nothing_is_touched()
    {
        var run = await _bench.RunAsync();
        await _bench.Service.CompleteAsync(_bench.Context, run.RunId, default);

        var failure = await Assert.ThrowsAsync<UpgradeException>(UndoAsync);

        Assert.Equal("UndoImpossible", failure.ErrorId);
        _bench.AssertRuns("2.0.0", "first", "second");
    }

    [Fact]
    public async Task Of_two_runs_the_newer_is_undone_first()
    {
        _bench.Path = UpgradeBench.PathOf(("1.0.0", "1.1.0"));
        var older = await _bench.RunAsync();
        _bench.Path = UpgradeBench.PathOf(("1.1.0", "2.0.0"));
        _bench.Deployment = _bench.Deployment with { Version = UpgradeBench.V("1.1.0") };
        await _bench.RunAsync();

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => _bench.Service.UndoAsync(_bench.Context, new UndoRequest { RunId = older.RunId }, default));

        Assert.Equal("RunSuperseded", failure.ErrorId);
        await UndoAsync();
        var result = await _bench.Service.UndoAsync(_bench.Context, new UndoRequest { RunId = older.RunId }, default);
        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    public void Dispose() => _bench.Dispose();

    private Task<UpgradeResult> UndoAsync() => _bench.Service.UndoAsync(_bench.Context, new UndoRequest(), default);
}
