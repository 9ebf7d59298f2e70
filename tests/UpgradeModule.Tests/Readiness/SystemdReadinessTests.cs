using NSubstitute;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Deployments.Systemd;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Engine.Readiness.Checks;
using UpgradeModule.Tests.Deployments.Systemd;

namespace UpgradeModule.Tests.Readiness;

/// <summary>What stands in the way of an upgrade of a service of systemd, before it is stopped.</summary>
public sealed class SystemdReadinessTests : IDisposable
{
    private const string Runs = "ActiveState=active\nSubState=running\nMainPID=4711";
    private readonly ReadinessScene _scene = new();
    private readonly FakeSystemd _systemd = new();
    private string _state = Runs;

    public SystemdReadinessTests()
    {
        _scene.Deployment = _scene.Deployment with { HostKind = AppHostKind.Systemd, Settings = new AppHostSettings { Unit = "app", ArtifactPath = _scene.Deployment.Settings.ArtifactPath } };
        _scene.Path = ReadinessScene.PathTo("1.1.0", new RuntimeRequirement { Name = "java", Arguments = ["--add-opens", "java.base/java.nio=ALL-UNNAMED"] });
        _systemd.Command = ["/usr/bin/java", "--add-opens", "java.base/java.nio=ALL-UNNAMED", "-jar", "/srv/app/app.jar"];
    }

    [Fact]
    public async Task A_unit_as_it_should_be_is_ready()
    {
        var result = await CheckAsync();

        Assert.Empty(result.Blockers);
        Assert.Empty(result.Warnings);
        Assert.Equal(["UnitStartable", "Watchdog", "RuntimeArguments"], result.Checks);
        Assert.DoesNotContain(_systemd.Calls, static call => call.StartsWith("systemctl", StringComparison.Ordinal) && !call.StartsWith("systemctl show", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_masked_unit_is_a_blocker_because_it_could_not_be_started_again()
    {
        _state += "\nLoadState=masked";

        var blocker = Assert.Single((await CheckAsync()).Blockers);

        Assert.Equal("UnitStartable", blocker.Check);
        Assert.Equal("Unmask it: systemctl unmask app.service", blocker.Remedy);
    }

    [Theory]
    [InlineData("NeedDaemonReload=yes", "daemon-reload")]
    [InlineData("TriggeredBy=app.socket", "systemctl stop app.socket")]
    [InlineData("RequiredBy=proxy.service multi-user.target", "systemctl start proxy.service")]
    public async Task What_the_stop_or_the_start_would_tell_is_told_before(string property, string remedy)
    {
        _state += "\n" + property;

        var result = await CheckAsync();

        Assert.True(result.Ready);
        var warning = Assert.Single(result.Warnings);
        Assert.Equal("UnitStartable", warning.Check);
        Assert.Contains(remedy, warning.Remedy);
    }

    [Fact]
    public async Task A_unit_that_systemd_kills_in_a_long_migration_is_a_warning_where_the_application_migrates_on_start()
    {
        _systemd.Type = "notify";

        var warning = Assert.Single((await CheckAsync()).Warnings);

        Assert.Equal("Watchdog", warning.Check);
        Assert.Contains("90 seconds", warning.Message);
        Assert.Contains("TimeoutStartSec=infinity", warning.Remedy);
        _scene.Spec = _scene.Spec with { Migrations = _scene.Spec.Migrations! with { UpCommand = ["migrate"] } };
        Assert.Empty((await CheckAsync()).Warnings);
    }

    [Fact]
    public async Task Arguments_that_a_stop_wants_are_looked_for_in_a_unit_that_starts_java_itself()
    {
        _systemd.Command = ["/usr/bin/java", "-jar", "/srv/app/app.jar"];

        var warning = Assert.Single((await CheckAsync()).Warnings);

        Assert.Equal("RuntimeArguments", warning.Check);
        Assert.Contains("app.service", warning.Remedy);
        _systemd.Command = ["/srv/app/start.sh"];
        Assert.Empty((await CheckAsync()).Warnings);
    }

    public void Dispose() => _scene.Dispose();

    private Task<ReadinessResult> CheckAsync()
    {
        _systemd.Set(_state);
        _scene.OtherHost = new SystemdHost(Substitute.For<IArtifactFetcher>(), _systemd);
        return _scene.Make(new UnitStartableCheck(), new WatchdogCheck(), new RuntimeArgumentsCheck(), new DataSharedCheck(), new SettingTwiceCheck()).CheckAsync(
            new DeploymentContext { Deployment = _scene.Deployment, Spec = _scene.Spec },
            new ReadinessRequest { Path = _scene.Path },
            default);
    }
}
