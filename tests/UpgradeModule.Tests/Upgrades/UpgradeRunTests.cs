using NSubstitute;
using UpgradeModule.Engine.Upgrades.Actions;
using UpgradeModule.Engine.Upgrades.Journal;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades;

public sealed class UpgradeRunTests : IDisposable
{
    private readonly UpgradeBench _bench = new();

    public static TheoryData<string, int> PlacesAtAStop()
    {
        var data = new TheoryData<string, int>();
        foreach (var stop in (int[])[1, 2])
        {
            // At each stop: invariants are read before the stop, right after it, and once the new version is healthy.
            data.Add($"Invariants#{(3 * stop) - 2}", stop);
            data.Add($"Stop#{stop}", stop);
            data.Add($"Invariants#{(3 * stop) - 1}", stop);
            data.Add($"Point#{stop}", stop);
            data.Add($"Swap#{stop}", stop);
            data.Add($"Start#{stop}", stop);
            data.Add($"Wait#{stop}", stop);
            data.Add($"Invariants#{3 * stop}", stop);
        }

        return data;
    }

    [Fact]
    public async Task A_path_is_walked_stop_by_stop_after_a_proven_backup()
    {
        var result = await _bench.RunAsync();

        Assert.Equal(UpgradeOutcome.Succeeded, result.Outcome);
        Assert.Equal("2.0.0", result.Reached!.Text);
        _bench.AssertRuns("2.0.0", "first", "second");
        Assert.Equal(
            ["Lock#1", "LockData#1", "Readiness#1", "Fetch#1", "Fetch#2", "Backup#1", "Prove#1",
             "Invariants#1", "Stop#1", "Invariants#2", "Point#1", "Swap#1", "Start#1", "Wait#1", "Invariants#3",
             "Invariants#4", "Stop#2", "Invariants#5", "Point#2", "Swap#2", "Start#2", "Wait#2", "Invariants#6"],
            _bench.World.Calls);
        Assert.Equal(4, result.Kept.Count);
        Assert.NotNull(result.Backup!.ProvenOn);
        Assert.All(result.Steps, step => Assert.Equal(UpgradeActionStatus.Done, step.Status));
        Assert.True(result.Downtime > TimeSpan.Zero && result.Downtime <= result.Duration);
        Assert.Equal(2, result.InvariantsAfter.Single().Value);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task An_H2_file_is_backed_up_while_the_application_is_stopped_and_it_runs_as_before_afterwards(bool running, bool fails)
    {
        _bench.Deployment = _bench.Deployment with { Database = new DatabaseTarget { Engine = DatabaseEngine.H2, Path = "/data/app.mv.db" } };
        if (!running) _bench.World.Running = null;
        var stopped = false;
        _bench.World.Before["Backup#1"] = () =>
        {
            stopped = _bench.World.Running is null;
            return fails ? throw new UpgradeException("DatabaseInUse", UpgradeErrorCategory.ResourceBusy, "app.mv.db", "Somebody else has it open.") : Task.CompletedTask;
        };
        _bench.World.Before["Prove#1"] = () =>
        {
            Assert.Equal(running, _bench.World.Running is not null);
            return Task.CompletedTask;
        };
        if (fails)
        {
            Assert.Equal("DatabaseInUse", (await Assert.ThrowsAsync<UpgradeException>(() => _bench.RunAsync())).ErrorId);
            _bench.AssertRuns("1.0.0", "first", "second");
            Assert.Equal(["Lock#1", "LockData#1", "Readiness#1", "Fetch#1", "Fetch#2", "Stop#1", "Backup#1", "Start#1", "Wait#1"], _bench.World.Calls);
        }
        else
        {
            Assert.Equal(UpgradeOutcome.Succeeded, (await _bench.RunAsync()).Outcome);
            _bench.AssertRuns("2.0.0", "first", "second");
        }

        Assert.True(stopped);
    }

    [Theory]
    [MemberData(nameof(PlacesAtAStop))]
    public async Task A_failure_anywhere_at_a_stop_goes_back_to_the_last_completed_one(string call, int stop)
    {
        AtCall(call, stop, () => throw new UpgradeException("Broken", UpgradeErrorCategory.WriteError, "disk", "The disk broke."));

        var result = await _bench.RunAsync();

        if (call == $"Invariants#{3 * stop}")
        {
            // The stop's version is healthy: a reading that fails once is tried again.
            Assert.Equal(UpgradeOutcome.Succeeded, result.Outcome);
            _bench.AssertRuns("2.0.0", "first", "second", "last");
            return;
        }

        AssertBack(result, stop, call);
        Assert.Equal("Broken", result.ErrorId);
        Assert.Contains("The disk broke.", result.Error);
        Assert.Contains(stop == 1 ? "1.1.0" : "2.0.0", result.Error);
    }

    [Theory]
    [MemberData(nameof(PlacesAtAStop))]
    public async Task A_failure_after_the_effect_goes_back_all_the_same(string call, int stop)
    {
        _bench.World.After[call] = () => throw new IOException("The answer was lost.");
        AtCall(call: "", stop, () => { });

        var result = await _bench.RunAsync();

        if (call == $"Invariants#{3 * stop}")
        {
            Assert.Equal(UpgradeOutcome.Succeeded, result.Outcome);
            return;
        }

        AssertBack(result, stop, call);
        Assert.Equal("UpgradeFailed", result.ErrorId);
    }

    [Fact]
    public async Task Numbers_that_can_never_be_read_again_take_the_stop_back()
    {
        foreach (var number in Enumerable.Range(3, 4))
        {
            _bench.World.Before[$"Invariants#{number}"] = () => throw new UpgradeException("Broken", UpgradeErrorCategory.ReadError, "db", "The connection broke.");
        }

        var result = await _bench.RunAsync();

        Assert.Equal(UpgradeOutcome.RolledBack, result.Outcome);
        Assert.Equal("Broken", result.ErrorId);
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Fact]
    public async Task Once_the_new_version_serves_a_journal_that_fails_is_told_and_no_obstacle()
    {
        var journal = new FullJournal();
        var operation = new RecordingOperation();
        var recorder = new RunRecorder(new RunDocument { Run = new UpgradeRun { RunId = "1" } }, journal, operation);
        var action = new CompareInvariants(new UpgradeStop { Order = 1, To = AppVersion.Parse("1.1.0") });
        await recorder.BeginAsync(default);
        await Assert.ThrowsAsync<IOException>(() => recorder.IntentAsync(action, 0, default));

        recorder.Serving = true;
        await recorder.IntentAsync(action, 0, default);

        Assert.Contains("The store's disk is full.", Assert.Single(operation.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_was_given_once_is_not_asked_for_again()
    {
        var caller = Substitute.For<IOperationContext>();
        caller.GetSecretAsync("db", null, default).ReturnsForAnyArgs(Task.FromResult("s3cret"), Task.FromException<string>(new InvalidOperationException("The pipeline stops.")));
        var run = new RunOperation(caller, "Upgrade");

        Assert.Equal("s3cret", await run.GetSecretAsync("db", null, default));
        Assert.Equal("s3cret", await run.GetSecretAsync("db", null, default));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_swap_whose_answer_was_lost_is_known_by_its_file_where_no_version_is_told(bool tookEffect)
    {
        _bench.World.TellsVersion = false;
        (tookEffect ? _bench.World.After : _bench.World.Before)["Swap#1"] = () => throw new IOException("The answer was lost.");

        var result = await _bench.RunAsync();

        Assert.Equal(UpgradeOutcome.RolledBack, result.Outcome);
        Assert.Equal(tookEffect, _bench.World.Calls.Contains("UndoSwap#1"));
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Theory]
    [MemberData(nameof(PlacesAtAStop))]
    public async Task Cancelling_anywhere_at_a_stop_goes_back_and_is_answered_at_once(string call, int stop)
    {
        using var cancel = new CancellationTokenSource();
        var answered = false;
        AtCall(call, stop, () =>
        {
            cancel.Cancel();
            answered = _bench.Operation.Warnings.Any(warning => warning.StartsWith("Stopping:", StringComparison.Ordinal));
        });

        var result = await _bench.RunAsync(cancel.Token);

        Assert.True(answered);
        if (call == $"Invariants#{3 * stop}")
        {
            // The stop's version is healthy already: its comparison is finished, and the run ends there.
            Assert.Equal(stop == 1 ? "1.1.0" : "2.0.0", result.Reached!.Text);
            Assert.Equal(stop == 1 ? UpgradeOutcome.RolledBack : UpgradeOutcome.Succeeded, result.Outcome);
            _bench.AssertRuns(result.Reached.Text, "first", "second", "last");
            return;
        }

        AssertBack(result, stop, call);
        Assert.Equal("UpgradeCancelled", result.ErrorId);
        Assert.Contains("cancelled", result.Error);
    }

    [Theory]
    [InlineData("Lock#1")]
    [InlineData("Readiness#1")]
    [InlineData("Fetch#2")]
    [InlineData("Backup#1")]
    [InlineData("Prove#1")]
    public async Task Cancelling_before_the_first_stop_touches_nothing_and_gives_a_result(string call)
    {
        using var cancel = new CancellationTokenSource();
        _bench.World.Before[call] = () =>
        {
            cancel.Cancel();
            return Task.CompletedTask;
        };

        var result = await _bench.RunAsync(cancel.Token);

        Assert.Equal(UpgradeOutcome.RolledBack, result.Outcome);
        Assert.Equal("1.0.0", result.Reached!.Text);
        Assert.Equal(TimeSpan.Zero, result.Downtime);
        Assert.Contains("before anything was touched", result.Error);
        Assert.DoesNotContain("Stop#1", _bench.World.Calls);
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Theory]
    [InlineData("Fetch#2")]
    [InlineData("Backup#1")]
    [InlineData("Prove#1")]
    public async Task What_fails_before_the_first_stop_is_thrown_and_nothing_was_touched(string call)
    {
        _bench.World.Before[call] = () => throw new UpgradeException("DiskFull", UpgradeErrorCategory.LimitsExceeded, "disk", "The disk is full.");

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => _bench.RunAsync());

        Assert.Equal("DiskFull", failure.ErrorId);
        Assert.DoesNotContain("Stop#1", _bench.World.Calls);
        _bench.AssertRuns("1.0.0", "first", "second");
        var run = Assert.Single(await _bench.Service.ListAsync(_bench.Deployment, default));
        Assert.Equal(UpgradeOutcome.RolledBack, run.Outcome);
        Assert.Equal("1.0.0", run.Reached!.Text);
    }

    [Fact]
    public async Task Blockers_are_listed_with_their_remedies_and_leave_no_trace()
    {
        _bench.Ready = new ReadinessResult
        {
            Blockers =
            [
                new Blocker { Check = "DiskSpace", Message = "Only 3 bytes are free.", Remedy = "Free some." },
                new Blocker { Check = "Runtime", Message = "Java 8 is installed.", Remedy = "Install Java 21." },
            ],
        };

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => _bench.RunAsync());

        Assert.Equal("NotReady", failure.ErrorId);
        Assert.Contains("DiskSpace: Only 3 bytes are free. Free some.", failure.Message);
        Assert.Contains("Runtime: Java 8 is installed. Install Java 21.", failure.Message);
        Assert.Equal(["Lock#1", "LockData#1", "Readiness#1"], _bench.World.Calls);
        Assert.Empty(await _bench.Service.ListAsync(_bench.Deployment, default));
    }

    [Fact]
    public async Task A_backup_that_cannot_be_proven_ends_the_run_before_the_stop()
    {
        _bench.Proof = new BackupTestResult { Valid = false, Problems = ["notes: 3 rows instead of 4."] };

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => _bench.RunAsync());

        Assert.Equal("BackupNotProven", failure.ErrorId);
        Assert.Contains("notes: 3 rows instead of 4.", failure.Message);
        Assert.DoesNotContain("Stop#1", _bench.World.Calls);
    }

    [Fact]
    public async Task A_backup_that_nothing_here_can_open_is_not_proven_and_the_run_says_what_is_missing()
    {
        _bench.World.Before["Prove#1"] = () => throw new UpgradeException("ScratchUnavailable", UpgradeErrorCategory.ResourceUnavailable, "b", "There is no Java.", "Use -ChecksumOnly.");

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => _bench.RunAsync());

        Assert.Equal("BackupNotProven", failure.ErrorId);
        Assert.Contains("nothing was touched. There is no Java.", failure.Message, StringComparison.Ordinal);
        Assert.Equal("Give what is missing and run the upgrade again; it makes a new backup.", failure.Remedy);
        Assert.DoesNotContain("Stop#1", _bench.World.Calls);
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Fact]
    public async Task A_fallen_invariant_goes_back_and_a_risen_one_does_not()
    {
        _bench.World.After["Wait#1"] = () =>
        {
            _bench.World.Write("third");
            return Task.CompletedTask;
        };
        _bench.World.Loses[UpgradeBench.V("2.0.0")] = 1;

        var result = await _bench.RunAsync();

        Assert.Equal(UpgradeOutcome.RolledBack, result.Outcome);
        Assert.Equal("InvariantFell", result.ErrorId);
        Assert.Contains("'rows' fell from 3 to 2", result.Error);
        _bench.AssertRuns("1.1.0", "first", "second", "third");
    }

    [Fact]
    public async Task A_deletion_between_the_reading_and_the_stop_is_no_loss_of_the_upgrade()
    {
        _bench.World.Before["Stop#1"] = () =>
        {
            _bench.World.Live = _bench.World.Live with { Rows = ["first"] };
            return Task.CompletedTask;
        };

        var result = await _bench.RunAsync();

        Assert.Equal(UpgradeOutcome.Succeeded, result.Outcome);
        _bench.AssertRuns("2.0.0", "first");
    }

    [Fact]
    public async Task Force_passes_over_a_fallen_invariant_with_a_warning()
    {
        _bench.World.Loses[UpgradeBench.V("1.1.0")] = 1;

        var result = await _bench.Service.RunAsync(_bench.Context, new UpgradeRequest { Path = _bench.Path, Force = true }, default);

        Assert.Equal(UpgradeOutcome.Succeeded, result.Outcome);
        Assert.Contains(_bench.Operation.Warnings, warning => warning.Contains("'rows' fell from 2 to 1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Stop#2")]
    [InlineData("Rollback#1")]
    [InlineData("UndoSwap#1")]
    [InlineData("Start#2")]
    public async Task The_way_back_tries_again_before_it_gives_up(string call)
    {
        _bench.World.Before["Wait#1"] = () => throw new IOException("It crashed.");
        _bench.World.Before[call] = () => throw new IOException("A file was in use.");

        var result = await _bench.RunAsync();

        Assert.Equal(UpgradeOutcome.RolledBack, result.Outcome);
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Theory]
    [InlineData("Rollback", "app_", "data of 1.0.0")]
    [InlineData("UndoSwap", "Copy-Item", "/kept/app-")]
    public async Task A_way_back_that_fails_says_what_is_where_and_throws_nothing_away(string call, string command, string place)
    {
        _bench.World.Before["Wait#1"] = () => throw new IOException("It crashed.");
        for (var i = 1; i <= 3; i++) _bench.World.Before[$"{call}#{i}"] = () => throw new IOException("No entry.");

        var result = await _bench.RunAsync();

        Assert.Equal(UpgradeOutcome.Failed, result.Outcome);
        Assert.Null(result.Reached);
        Assert.Equal("RollbackFailed", result.ErrorId);
        Assert.Contains("It crashed.", result.Error);
        Assert.Contains("No entry.", result.Error);
        Assert.Contains(command, result.Error);
        Assert.Contains(place, result.Error);
        Assert.Contains("/backups/b", result.Error);
        Assert.Null(_bench.World.Running);
        Assert.Contains(UpgradeBench.V("1.0.0"), _bench.World.KeptArtifacts.Values.Append(_bench.World.Installed));
        Assert.Contains(_bench.World.KeptData.Values.Append(_bench.World.Live), data => data.Version == UpgradeBench.V("1.0.0") && data.Rows.Count == 2);
        var refused = await Assert.ThrowsAsync<UpgradeException>(() => _bench.Service.CompleteAsync(_bench.Context, result.RunId, default));
        Assert.Equal("RunFailed", refused.ErrorId);
    }

    [Fact]
    public async Task A_container_that_could_not_be_put_back_is_told_with_the_commands_that_do_it()
    {
        _bench.World.SwapKind = "Container";
        _bench.Deployment = _bench.Deployment with { Settings = _bench.Deployment.Settings with { Container = "web", DockerHost = "context:other" } };
        _bench.World.Before["Wait#1"] = () => throw new IOException("It crashed.");
        for (var i = 1; i <= 3; i++) _bench.World.Before[$"UndoSwap#{i}"] = () => throw new IOException("No entry.");

        var result = await _bench.RunAsync();

        Assert.Contains("container of 1.0.0: /kept/app-", result.Error);
        Assert.Contains("docker --context 'other' rename 'web' 'web.failed-1.1.0'", result.Error);
        Assert.Contains("docker --context 'other' rename '/kept/app-", result.Error);
        Assert.Contains("docker --context 'other' update --restart always 'web'", result.Error);
        Assert.DoesNotContain("Copy-Item", result.Error);
    }

    [Fact]
    public async Task A_service_that_was_stopped_is_upgraded_and_runs_afterwards()
    {
        _bench.World.Running = null;

        var result = await _bench.RunAsync();

        Assert.Equal(UpgradeOutcome.Succeeded, result.Outcome);
        _bench.AssertRuns("2.0.0", "first", "second");
    }

    [Fact]
    public async Task A_target_that_runs_already_is_a_success_without_any_work()
    {
        _bench.World.Installed = UpgradeBench.V("2.0.0");

        var result = await _bench.RunAsync();

        Assert.Equal(UpgradeOutcome.Succeeded, result.Outcome);
        Assert.Empty(result.Steps);
        Assert.Equal(["Lock#1", "LockData#1"], _bench.World.Calls);
    }

    [Fact]
    public async Task A_path_that_was_walked_in_part_goes_on_from_there()
    {
        _bench.World.Installed = UpgradeBench.V("1.1.0");
        _bench.World.Running = UpgradeBench.V("1.1.0");
        _bench.World.Live = new FakeWorld.Data(UpgradeBench.V("1.1.0"), ["first"]);

        var result = await _bench.RunAsync();

        Assert.Equal(UpgradeOutcome.Succeeded, result.Outcome);
        Assert.Equal("1.1.0", result.From.Text);
        Assert.Single(_bench.World.Calls, call => call.StartsWith("Swap", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_runs_at_once_are_refused()
    {
        _bench.World.Locked = true;

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => _bench.RunAsync());

        Assert.Equal("DeploymentLocked", failure.ErrorId);
        _bench.World.Locked = false;
        _bench.AssertRuns("1.0.0", "first", "second");
    }

    [Fact]
    public async Task A_stored_deployment_gets_its_version_at_every_stop()
    {
        _bench.Deployment = _bench.Deployment with { Stored = true };
        await _bench.Store.SaveDeploymentAsync(_bench.Deployment with { Url = "http://stored" }, false, default);
        _bench.World.Before["Wait#2"] = () => throw new IOException("It crashed.");

        var result = await _bench.RunAsync();

        Assert.Equal(UpgradeOutcome.RolledBack, result.Outcome);
        var stored = Assert.Single(await _bench.Store.ListDeploymentsAsync(default));
        Assert.Equal("1.1.0", stored.Version!.Text);
        Assert.Equal("http://stored", stored.Url);
        Assert.Single(await _bench.Store.ListRunsAsync("app", default));
    }

    [Fact]
    public async Task Progress_is_one_activity_with_its_parts_and_all_of_it_ends()
    {
        await _bench.RunAsync();

        var seen = _bench.Operation.ProgressSeen;
        var percents = seen.Where(progress => progress.Activity == "Upgrade of app").Select(progress => progress.Percent!.Value).ToList();
        Assert.Equal(percents.Order(), percents);
        Assert.Equal(100, percents[^1]);
        Assert.All(seen.Where(progress => progress.Activity != "Upgrade of app"), progress => Assert.Equal("Upgrade of app", progress.Parent));
        Assert.All(seen.GroupBy(progress => progress.Activity), activity => Assert.True(activity.Last().Completed));
    }

    [Fact]
    public void A_result_has_everything_that_the_record_has()
    {
        var run = Support.Samples.Make<UpgradeRun>();

        Support.Samples.AssertSame(run, UpgradeResults.From(run));
    }

    public void Dispose() => _bench.Dispose();

    /// <summary>Acts at a call, and lets a writer write until the moment of the stop.</summary>
    private void AtCall(string call, int stop, Action act)
    {
        foreach (var name in new[] { call, $"Stop#{stop}" }.Distinct())
        {
            _bench.World.Before[name] = () =>
            {
                if (name == $"Stop#{stop}") _bench.World.Write("last");
                if (name == call) act();
                return Task.CompletedTask;
            };
        }
    }

    private void AssertBack(UpgradeResult result, int stop, string call)
    {
        Assert.Equal(UpgradeOutcome.RolledBack, result.Outcome);
        var reached = stop == 1 ? "1.0.0" : "1.1.0";
        Assert.Equal(reached, result.Reached!.Text);
        Assert.Equal(reached, result.Deployment.Version!.Text);

        // Before the stop is asked nothing was written yet by the test's writer.
        var stopped = _bench.World.Calls.Contains($"Stop#{stop}");
        if (stopped) _bench.AssertRuns(reached, "first", "second", "last");
        else _bench.AssertRuns(reached, "first", "second");
        if (call == $"Stop#{stop}" || call == $"Point#{stop}" || call == $"Swap#{stop}") Assert.DoesNotContain("Rollback#1", _bench.World.Calls);
        Assert.DoesNotContain(_bench.World.Calls, name => name.StartsWith("Drop", StringComparison.Ordinal));
    }
}
