using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Engine.Upgrades.Undo;

namespace UpgradeModule.Tests.Upgrades;

/// <summary>A resume or an undo that comes before the database server or the container engine is up waits for it.</summary>
public sealed class ServerWaitTests : IDisposable
{
    private readonly UpgradeBench _bench = new();

    [Theory]
    [InlineData("resume", "LockData", "DatabaseUnreachable")]
    [InlineData("resume", "LockData", "DatabaseHostUnknown")]
    [InlineData("resume", "Lock", "ContainerEngineUnreachable")]
    [InlineData("undo", "LockData", "DatabaseUnreachable")]
    [InlineData("undo", "LockData", "DatabaseHostUnknown")]
    [InlineData("undo", "Lock", "ContainerEngineUnreachable")]
    public async Task It_is_gone_on_with_when_what_it_needs_is_there(string verb, string call, string error)
    {
        await _bench.KillAsync(() => _bench.RunAsync(), "Swap@1.1.0", FaultMoment.Effect);
        _bench.UndoPatience = TimeSpan.FromSeconds(30);
        for (var i = 2; i <= 5; i++) _bench.World.Before[$"{call}#{i}"] = () => throw Away(error);

        var result = await GoOnAsync(verb);

        Assert.True(result.Outcome == (verb == "undo" ? UpgradeOutcome.RolledBack : UpgradeOutcome.Succeeded), result.Error);
        _bench.AssertRuns(verb == "undo" ? "1.0.0" : "2.0.0", "first", "second");
        var told = Assert.Single(_bench.Operation.Warnings, warning => warning.Contains("It may still be starting", StringComparison.Ordinal));
        Assert.Contains("The database system is starting up.", told);
        Assert.Contains("up to 30 s", told);
        Assert.Contains(_bench.Operation.ProgressSeen, report => report.Activity == "Waiting for what app needs" && report.Status.Contains("starting up", StringComparison.Ordinal));
        Assert.Contains(_bench.Operation.ProgressSeen, report => report is { Activity: "Waiting for what app needs", Completed: true });
    }

    [Theory]
    [InlineData("resume")]
    [InlineData("undo")]
    public async Task What_stays_away_is_not_waited_for_longer_than_was_said_and_leaves_the_run_as_it_was(string verb)
    {
        await _bench.KillAsync(() => _bench.RunAsync(), "Swap@1.1.0", FaultMoment.Effect);
        _bench.UndoPatience = TimeSpan.FromMilliseconds(100);
        for (var i = 2; i <= 100; i++) _bench.World.Before[$"LockData#{i}"] = () => throw Away("DatabaseUnreachable");

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => GoOnAsync(verb));

        Assert.Equal("DatabaseUnreachable", failure.ErrorId);
        var run = (await _bench.Service.ListAsync(_bench.Deployment, default))[0];
        Assert.Equal((null, null, 0), (run.Outcome, run.Undo, run.Resumed));
        Assert.InRange(_bench.World.Calls.Count(one => one.StartsWith("LockData", StringComparison.Ordinal)), 3, 20);
    }

    [Fact]
    public async Task A_caller_who_cancels_is_answered_at_once()
    {
        await _bench.KillAsync(() => _bench.RunAsync(), "Swap@1.1.0", FaultMoment.Effect);
        _bench.UndoPatience = TimeSpan.FromMinutes(10);
        using var cancel = new CancellationTokenSource();
        for (var i = 2; i <= 100; i++) _bench.World.Before[$"LockData#{i}"] = () => throw Away("DatabaseUnreachable");
        _bench.World.Before["LockData#4"] = async () =>
        {
            await cancel.CancelAsync();
            throw Away("DatabaseUnreachable");
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _bench.Service.ResumeAsync(_bench.Context, new ResumeRequest(), cancel.Token));

        Assert.False(_bench.World.Locked);
    }

    [Theory]
    [InlineData("resume", "RunSuperseded")]
    [InlineData("resume", "DatabaseUnreachable")]
    [InlineData("undo", "PermissionMissing")]
    public async Task Nothing_else_is_waited_for_and_nothing_that_has_ended(string verb, string error)
    {
        var ended = error == "DatabaseUnreachable";
        if (ended) await _bench.RunAsync();
        else await _bench.KillAsync(() => _bench.RunAsync(), "Swap@1.1.0", FaultMoment.Effect);
        _bench.UndoPatience = TimeSpan.FromMinutes(10);
        _bench.World.Before["LockData#2"] = () => throw Away(error);

        await Assert.ThrowsAsync<UpgradeException>(() => GoOnAsync(verb));

        Assert.DoesNotContain(_bench.Operation.Warnings, warning => warning.Contains("It may still be starting", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("upgrade")]
    [InlineData("undo")]
    public async Task Nothing_is_started_again_before_its_database_answers(string verb)
    {
        _bench.Deployment = _bench.Deployment with { Database = new DatabaseTarget { Engine = DatabaseEngine.Postgres, Server = "db", Name = "app" } };
        if (verb == "undo") await _bench.RunAsync();
        else _bench.World.Before["Wait#1"] = () => throw new UpgradeException("Broken", UpgradeErrorCategory.InvalidOperation, "app", "It never became healthy.");
        _bench.UndoPatience = TimeSpan.FromSeconds(30);
        for (var i = 1; i <= 4; i++) _bench.World.Before[$"Query#{i}"] = () => throw Away("DatabaseUnreachable");

        var result = verb == "undo" ? await _bench.Service.UndoAsync(_bench.Context, new UndoRequest { Strategy = UndoStrategy.Restore }, default) : await _bench.RunAsync();

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        _bench.AssertRuns("1.0.0", "first", "second");
        var starts = _bench.World.Calls.Where(one => one.StartsWith("Start#", StringComparison.Ordinal)).ToList();
        Assert.Equal(verb == "undo" ? 3 : 2, starts.Count);
        Assert.True(_bench.World.Calls.IndexOf("Query#5") < _bench.World.Calls.IndexOf(starts[^1]));
    }

    [Fact]
    public async Task What_its_host_starts_again_and_again_since_its_database_came_up_late_gets_a_start_of_its_own()
    {
        await _bench.KillAsync(() => _bench.RunAsync(), "Wait@1.1.0", FaultMoment.Intent);
        _bench.World.Restarting = true;

        var result = await GoOnAsync("resume");

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.False(_bench.World.Restarting);
        _bench.AssertRuns("2.0.0", "first", "second");
    }

    public void Dispose() => _bench.Dispose();

    private static UpgradeException Away(string error) => new(error, UpgradeErrorCategory.ConnectionError, "db", "The database system is starting up.");

    private Task<UpgradeResult> GoOnAsync(string verb) => verb == "undo"
        ? _bench.Service.UndoAsync(_bench.Context, new UndoRequest(), default)
        : _bench.Service.ResumeAsync(_bench.Context, new ResumeRequest(), default);
}
