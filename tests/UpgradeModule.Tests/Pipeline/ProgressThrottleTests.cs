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
    public void An_activity_has_one_number_in_every_process()
    {
        Assert.Equal(ProgressIds.Of("Upgrade"), ProgressIds.Of("Upgrade"));
        Assert.NotEqual(ProgressIds.Of("Upgrade"), ProgressIds.Of("Backup"));
        Assert.InRange(ProgressIds.Of("Upgrade"), 1, int.MaxValue);
    }
}
