using UpgradeModule.Pipeline;

namespace UpgradeModule.Tests.Pipeline;

public sealed class ProgressThrottleTests
{
    [Fact]
    public void The_first_state_and_the_end_pass_and_a_flood_does_not()
    {
        var throttle = new ProgressThrottle();

        var passed = Enumerable.Range(0, 1000).Count(i => throttle.Passes(new OperationProgress { Activity = "a", Percent = i }));

        Assert.InRange(passed, 1, 20);
        Assert.True(throttle.Passes(new OperationProgress { Activity = "a", Completed = true }));
        Assert.False(throttle.End());
    }

    [Fact]
    public void A_bar_that_was_never_shown_is_not_ended()
    {
        var throttle = new ProgressThrottle();

        Assert.False(throttle.Passes(new OperationProgress { Activity = "a", Completed = true }));
        Assert.False(throttle.End());
    }

    [Fact]
    public void What_was_held_back_last_is_shown_once_after_a_while()
    {
        var throttle = new ProgressThrottle();
        var shown = new List<string>();
        Assert.True(throttle.Passes(new OperationProgress { Activity = "a", Status = "looking" }));
        Assert.Null(throttle.Wait());
        Assert.False(throttle.Passes(new OperationProgress { Activity = "a", Status = "copying" }));
        Assert.False(throttle.Passes(new OperationProgress { Activity = "a", Status = "copying a long time" }));

        Assert.InRange(throttle.Wait()!.Value.TotalMilliseconds, 1, 100);
        Assert.Null(throttle.Wait());
        throttle.CatchUp(progress => shown.Add(progress.Status));
        throttle.CatchUp(progress => shown.Add(progress.Status));

        Assert.Equal(["copying a long time"], shown);
    }

    [Fact]
    public void Nothing_is_shown_of_an_activity_that_has_ended()
    {
        var throttle = new ProgressThrottle();
        throttle.Passes(new OperationProgress { Activity = "a", Status = "looking" });
        throttle.Passes(new OperationProgress { Activity = "a", Status = "copying" });
        Assert.NotNull(throttle.Wait());
        Assert.True(throttle.Passes(new OperationProgress { Activity = "a", Completed = true }));

        throttle.CatchUp(_ => Assert.Fail("It has ended."));
    }

    [Fact]
    public void An_activity_has_one_number_in_every_process()
    {
        Assert.Equal(ProgressIds.Of("Upgrade"), ProgressIds.Of("Upgrade"));
        Assert.NotEqual(ProgressIds.Of("Upgrade"), ProgressIds.Of("Backup"));
        Assert.InRange(ProgressIds.Of("Upgrade"), 1, int.MaxValue);
    }
}
