using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Deployments.Docker;

namespace UpgradeModule.Tests.Deployments.Docker;

/// <summary>A container's state, read as a service's.</summary>
public class ContainerStatusTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    [Theory]
    [InlineData(0, AppServiceStatus.Stopped)]
    [InlineData(143, AppServiceStatus.Stopped)]
    [InlineData(137, AppServiceStatus.Stopped)]
    [InlineData(1, AppServiceStatus.Crashed)]
    [InlineData(130, AppServiceStatus.Crashed)]
    public void An_exit_code_tells_a_stop_from_a_crash(int code, AppServiceStatus expected) =>
        Assert.Equal(expected, Of(new ContainerState { Status = "exited", ExitCode = code }));

    [Fact]
    public void An_end_by_its_own_stop_signal_is_no_crash() =>
        Assert.Equal(AppServiceStatus.Stopped, ContainerStatus.Of(new ContainerInspect { State = new ContainerState { Status = "exited", ExitCode = 130 }, Config = new ContainerConfig { StopSignal = "SIGINT" } }, new AppSpec(), Now));

    [Fact]
    public void One_that_was_killed_for_want_of_memory_crashed() =>
        Assert.Equal(AppServiceStatus.Crashed, Of(new ContainerState { Status = "exited", ExitCode = 137, OOMKilled = true }));

    [Theory]
    [InlineData(0, 5, AppServiceStatus.Running)]
    [InlineData(3, 5, AppServiceStatus.Restarting)]
    [InlineData(3, 600, AppServiceStatus.Running)]
    public void Between_two_crashes_of_a_loop_it_only_seems_to_run(int restarts, int seconds, AppServiceStatus expected) =>
        Assert.Equal(expected, Of(new ContainerState { Status = "running", Running = true, StartedAt = Text(Now.AddSeconds(-seconds)) }, restarts));

    [Fact]
    public void Waiting_for_the_next_restart_is_no_running() =>
        Assert.Equal(AppServiceStatus.Restarting, Of(new ContainerState { Status = "restarting", Running = true, Restarting = true, ExitCode = 1 }, 1));

    [Fact]
    public void A_paused_one_neither_runs_nor_has_it_stopped() => Assert.Equal(AppServiceStatus.Paused, Of(new ContainerState { Status = "paused", Running = true, Paused = true }));

    [Fact]
    public void One_that_was_never_started_is_stopped() => Assert.Equal(AppServiceStatus.Stopped, Of(new ContainerState { Status = "created", StartedAt = "0001-01-01T00:00:00Z" }));

    private static AppServiceStatus Of(ContainerState state, int restarts = 0) => ContainerStatus.Of(new ContainerInspect { State = state, RestartCount = restarts }, new AppSpec(), Now);

    private static string Text(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);
}
