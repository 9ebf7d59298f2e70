namespace UpgradeModule.Tests.Upgrades;

public sealed class RunCompletionTests : IDisposable
{
    private readonly UpgradeBench _bench = new();

    [Fact]
    public async Task Completing_drops_everything_that_was_kept_and_doing_it_twice_is_no_mistake()
    {
        var result = await _bench.RunAsync();

        var completed = await _bench.Service.CompleteAsync(_bench.Context, result.RunId, default);
        var again = await _bench.Service.CompleteAsync(_bench.Context, result.RunId, default);

        Assert.True(completed.Completed && again.Completed);
        Assert.Empty(_bench.World.KeptData);
        Assert.Empty(_bench.World.KeptArtifacts);
        Assert.All(again.Kept, item => Assert.True(item.Dropped));
        Assert.Equal(2, _bench.World.Calls.Count(call => call.StartsWith("DropData", StringComparison.Ordinal)));
        _bench.AssertRuns("2.0.0", "first", "second");
    }

    [Fact]
    public async Task A_state_that_was_gone_back_to_is_never_dropped()
    {
        _bench.World.Before["Wait#2"] = () => throw new IOException("It crashed.");
        var result = await _bench.RunAsync();

        await _bench.Service.CompleteAsync(_bench.Context, result.RunId, default);

        // Kept were: the data and artifact of 1.0.0, a copy of the artifact of 1.1.0, and what the failed 2.0.0 left.
        Assert.Equal(4, result.Kept.Count);
        Assert.Equal(2, _bench.World.Calls.Count(call => call.StartsWith("DropData", StringComparison.Ordinal)));
        Assert.DoesNotContain(result.Kept, item => item.Kind == "Database" && item.Location.EndsWith("-2", StringComparison.Ordinal));
        _bench.AssertRuns("1.1.0", "first", "second");
    }

    [Fact]
    public async Task A_drop_that_fails_is_told_and_the_rest_can_be_dropped_later()
    {
        var result = await _bench.RunAsync();
        _bench.World.Before["DropData#2"] = () => throw new UpgradeException("DatabaseInUse", UpgradeErrorCategory.ResourceBusy, "app", "Somebody is connected.");

        await Assert.ThrowsAsync<UpgradeException>(() => _bench.Service.CompleteAsync(_bench.Context, result.RunId, default));

        var run = Assert.Single(await _bench.Service.ListAsync(_bench.Deployment, default));
        Assert.False(run.Completed);
        Assert.Contains(run.Kept, item => item.Dropped);
        Assert.True((await _bench.Service.CompleteAsync(_bench.Context, result.RunId, default)).Completed);
    }

    [Fact]
    public async Task An_unknown_run_is_named_with_those_that_there_are()
    {
        var result = await _bench.RunAsync();

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => _bench.Service.CompleteAsync(_bench.Context, "nonsense", default));

        Assert.Equal("RunNotFound", failure.ErrorId);
        Assert.Contains(result.RunId, failure.Message);
    }

    [Fact]
    public async Task A_run_that_has_not_ended_keeps_what_it_kept()
    {
        // The journal of a run whose process is killed at the second stop: no end was ever written.
        string? killed = null;
        var journal = Path.Combine(Path.GetDirectoryName(_bench.Deployment.Settings.ArtifactPath)!, ".upgrademodule", "app", "runs");
        _bench.World.Before["Stop#2"] = () =>
        {
            killed = File.ReadAllText(Assert.Single(Directory.GetFiles(journal, "run-*.json")));
            return Task.CompletedTask;
        };
        var result = await _bench.RunAsync();
        File.WriteAllText(Path.Combine(journal, $"run-{result.RunId}.json"), killed);

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => _bench.Service.CompleteAsync(_bench.Context, result.RunId, default));

        Assert.Equal("RunNotEnded", failure.ErrorId);
        Assert.DoesNotContain(_bench.World.Calls, call => call.StartsWith("Drop", StringComparison.Ordinal));
        var run = Assert.Single(await _bench.Service.ListAsync(_bench.Deployment, default));
        Assert.Equal("Stop", run.Steps[^1].Id);
        Assert.Equal(UpgradeActionStatus.Started, run.Steps[^1].Status);
        Assert.Equal(2, run.Kept.Count);
    }

    public void Dispose() => _bench.Dispose();
}
