using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Tests.Upgrades;

public sealed class UpgradePauseTests : IDisposable
{
    private readonly UpgradeBench _bench = new();

    [Fact]
    public async Task A_step_before_the_first_stop_pauses_before_anything_is_done()
    {
        Steps(before: 1, new StepSpec { Id = "export" });

        var result = await _bench.RunAsync();

        AssertPaused(result, "export", "1.0.0");
        Assert.Equal(["Lock#1", "LockData#1", "Readiness#1"], _bench.World.Calls);
        Assert.Contains("How to export", result.Message);
        Assert.Contains("the same command goes on", result.Message);
        Assert.Contains("export", result.Message);
        Assert.Contains(result.Message!, _bench.Operation.Warnings);
    }

    [Fact]
    public async Task A_step_before_a_later_stop_pauses_with_the_app_healthy_and_the_same_command_goes_on()
    {
        Steps(before: 2, new StepSpec { Id = "convert", Done = new ProbeSpec { Sql = "converted" } });

        var paused = await _bench.RunAsync();

        AssertPaused(paused, "convert", "1.1.0");
        Assert.False(paused.PausedAt!.Done);
        _bench.World.Write("converted");
        var result = await _bench.RunAsync();
        Assert.Equal(UpgradeOutcome.Succeeded, result.Outcome);
        Assert.Equal("1.1.0", result.From.Text);
        _bench.AssertRuns("2.0.0", "first", "second", "converted");
    }

    [Fact]
    public async Task A_step_that_no_probe_can_tell_passes_when_the_caller_confirms_it()
    {
        Steps(before: 1, new StepSpec { Id = "export" });

        var result = await _bench.RunAsync(default, "Export");

        Assert.Equal(UpgradeOutcome.Succeeded, result.Outcome);
        Assert.Contains(result.Steps, step => step.Id == "StepsBefore" && step.Message == "export: confirmed by the caller");
    }

    [Fact]
    public async Task A_step_that_is_not_needed_is_passed_over()
    {
        Steps(before: 1, new StepSpec { Id = "export", Needed = new ProbeSpec { Sql = "old row" } });

        Assert.Equal(UpgradeOutcome.Succeeded, (await _bench.RunAsync()).Outcome);
    }

    [Fact]
    public async Task A_step_whose_need_cannot_be_told_is_needed()
    {
        Steps(before: 1, new StepSpec { Id = "export", Needed = new ProbeSpec { Mongo = "{}" } });

        AssertPaused(await _bench.RunAsync(), "export", "1.0.0");
    }

    [Fact]
    public async Task A_step_after_the_target_is_remembered_until_it_is_done()
    {
        Steps(before: 0, new StepSpec { Id = "reindex" });

        var paused = await _bench.RunAsync();
        AssertPaused(paused, "reindex", "2.0.0");
        var again = await _bench.RunAsync();
        AssertPaused(again, "reindex", "2.0.0");
        var done = await _bench.RunAsync(default, "reindex");
        Assert.Equal(UpgradeOutcome.Succeeded, done.Outcome);
        var later = await _bench.RunAsync();

        Assert.Equal(UpgradeOutcome.Succeeded, later.Outcome);
        Assert.Empty(later.Steps);
        _bench.AssertRuns("2.0.0", "first", "second");
    }

    [Fact]
    public async Task An_automatic_step_without_an_action_is_a_persons_task()
    {
        Steps(before: 1, new StepSpec { Id = "export", Kind = "automatic" }, UpgradeStepKind.Automatic);

        var result = await _bench.RunAsync();

        AssertPaused(result, "export", "1.0.0");
        Assert.Contains("can't do it by itself", result.Message);
    }

    public void Dispose() => _bench.Dispose();

    /// <summary>Puts a step before a stop, or after the last one for 0.</summary>
    private void Steps(int before, StepSpec spec, UpgradeStepKind kind = UpgradeStepKind.Manual)
    {
        var step = new UpgradeStep { Id = spec.Id, Title = "Do it", Kind = kind, Instructions = $"How to {spec.Id}." };
        _bench.Spec = _bench.Spec with { Steps = [spec] };
        _bench.Path = _bench.Path with
        {
            Stops = [.. _bench.Path.Stops.Select(stop => stop.Order == before ? stop with { StepsBefore = [step] } : before == 0 && stop.Order == 2 ? stop with { StepsAfter = [step] } : stop)],
        };
    }

    private void AssertPaused(UpgradeResult result, string step, string version)
    {
        Assert.Equal(UpgradeOutcome.Paused, result.Outcome);
        Assert.Equal(step, result.PausedAt!.Id);
        Assert.Equal(version, result.Reached!.Text);
        Assert.Null(result.Error);
        Assert.Equal(UpgradeBench.V(version), _bench.World.Running);
        Assert.False(_bench.World.Locked);
    }
}
