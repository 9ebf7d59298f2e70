using UpgradeModule.Engine.Deployments.Systemd;

namespace UpgradeModule.Tests.Deployments.Systemd;

public class UnitStateTests
{
    private const string Running = """
        MainPID=91
        Result=success
        NRestarts=2
        ExecMainStartTimestampMonotonic=1000000
        ExecMainCode=0
        ExecMainStatus=0
        Id=t.service
        TriggeredBy=t.socket t.timer
        LoadState=loaded
        ActiveState=active
        SubState=running
        FragmentPath=/etc/systemd/system/t.service
        UnitFileState=static
        Job=
        NeedDaemonReload=yes
        ConditionResult=yes
        """;

    [Fact]
    public void What_runs_is_read_with_its_process_and_how_often_it_was_started_again()
    {
        var state = UnitState.Parse(Running);
        Assert.Equal("t.service", state.Id);
        Assert.Equal(91, state.MainProcess);
        Assert.Equal(2, state.Restarts);
        Assert.Null(state.ExitCode);
        Assert.True(state.NeedsReload);
        Assert.False(state.IsDown);
        Assert.False(state.IsRestarting);
        Assert.Equal(["t.socket", "t.timer"], state.TriggeredBy);
        Assert.True(state.StartedOn < DateTimeOffset.UtcNow);
    }

    [Theory]
    [InlineData("1", "3", 3)]
    [InlineData("1", "143", 143)]
    [InlineData("1", "0", 0)]
    [InlineData("2", "9", 137)]
    [InlineData("3", "6", 134)]
    [InlineData("0", "0", null)]
    public void An_end_by_a_signal_is_told_as_a_shell_tells_it(string code, string status, int? expected) =>
        Assert.Equal(expected, UnitState.Parse($"ExecMainCode={code}\nExecMainStatus={status}\nMainPID=0").ExitCode);

    [Theory]
    [InlineData("inactive", "dead", "", true, false)]
    [InlineData("failed", "failed", "", true, false)]
    [InlineData("inactive", "dead", "312", false, false)]
    [InlineData("activating", "auto-restart", "", false, true)]
    [InlineData("activating", "auto-restart-queued", "", false, true)]
    [InlineData("activating", "start-pre", "", false, false)]
    [InlineData("deactivating", "stop-sigterm", "", false, false)]
    public void Only_what_nothing_is_about_to_start_is_down(string active, string sub, string job, bool down, bool restarting)
    {
        var state = UnitState.Parse($"ActiveState={active}\nSubState={sub}\nJob={job}");
        Assert.Equal(down, state.IsDown);
        Assert.Equal(restarting, state.IsRestarting);
    }

    [Fact]
    public void Several_units_are_parted_by_empty_lines() =>
        Assert.Equal(["t.service", "u.service"], UnitState.ParseAll(Running + "\n\nId=u.service\nLoadState=not-found\n").Select(static state => state.Id));

    [Theory]
    [InlineData("metabase", "metabase.service")]
    [InlineData("metabase.service", "metabase.service")]
    [InlineData("app@1.2", "app@1.2.service")]
    [InlineData("x.socket", "x.socket")]
    public void The_kind_of_a_unit_may_be_left_out(string given, string full) => Assert.Equal(full, UnitReader.FullName(given));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("../x")]
    [InlineData("*")]
    public void A_name_that_no_unit_can_have_is_refused(string given) => Assert.Equal("UnitInvalid", Assert.Throws<UpgradeException>(() => UnitReader.FullName(given)).ErrorId);

    [Theory]
    [InlineData("t.service", "t_2eservice")]
    [InlineData("0day-x.service", "_30day_2dx_2eservice")]
    [InlineData("ä.service", "_c3_a4_2eservice")]
    public void A_name_is_written_as_the_bus_has_it(string name, string label) => Assert.Equal(label, UnitReader.BusLabel(name));
}
