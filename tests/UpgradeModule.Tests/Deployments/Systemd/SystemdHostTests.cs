using NSubstitute;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Deployments.Systemd;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments.Systemd;

public sealed class SystemdHostTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeSystemd _systemd = new();
    private readonly RecordingOperation _told = new();
    private readonly IArtifactFetcher _artifacts = Substitute.For<IArtifactFetcher>();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_the_unit_says_completes_the_deployment()
    {
        var settings = (await Host.CompleteAsync(Context, default)).Settings;
        Assert.Equal(Path.GetFullPath("/srv/app/app.jar"), settings.ArtifactPath);
        Assert.Equal("/srv/app", settings.WorkingDirectory);
        Assert.Equal("app.service", settings.Unit);
    }

    [Fact]
    public async Task The_services_that_there_are_are_listed_without_templates() =>
        Assert.Equal([new HostPlace("app.service", "")], await Host.ListPlacesAsync(new FindRequest(), default));

    [Fact]
    public async Task A_jar_of_another_name_is_what_java_is_given()
    {
        _systemd.Command = ["/usr/bin/java", "-Xmx1g", "-jar", "other.jar", "app"];
        Assert.Equal(Path.GetFullPath("/srv/app/other.jar"), (await Host.CompleteAsync(Context, default)).Settings.ArtifactPath);
    }

    [Theory]
    [InlineData("not-found", "UnitNotFound")]
    [InlineData("bad-setting", "UnitInvalid")]
    [InlineData("error", "UnitInvalid")]
    public async Task Units_that_are_not_there_and_units_that_are_broken_are_told_apart(string loaded, string id)
    {
        _systemd.Set($"LoadState={loaded}\nActiveState=inactive");
        Assert.Equal(id, (await Assert.ThrowsAsync<UpgradeException>(() => Host.GetServiceAsync(Context, default))).ErrorId);
    }

    [Fact]
    public async Task A_masked_unit_is_not_started()
    {
        _systemd.Set("LoadState=masked\nActiveState=inactive");
        Assert.Equal("UnitMasked", (await Assert.ThrowsAsync<UpgradeException>(() => Host.StartAsync(Context, default))).ErrorId);
        Assert.DoesNotContain(_systemd.Calls, static call => call.Contains(" start ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ActiveState=active\nSubState=running\nMainPID=1", AppServiceStatus.Running)]
    [InlineData("ActiveState=activating\nSubState=start-pre", AppServiceStatus.Starting)]
    [InlineData("ActiveState=activating\nSubState=auto-restart\nNRestarts=4", AppServiceStatus.Restarting)]
    [InlineData("ActiveState=deactivating\nSubState=stop-sigterm", AppServiceStatus.Stopping)]
    [InlineData("ActiveState=inactive\nSubState=dead", AppServiceStatus.Stopped)]
    [InlineData("ActiveState=failed\nSubState=failed\nResult=exit-code\nExecMainCode=1\nExecMainStatus=1", AppServiceStatus.Crashed)]
    [InlineData("ActiveState=failed\nSubState=failed\nResult=exit-code\nExecMainCode=1\nExecMainStatus=143", AppServiceStatus.Stopped)]
    [InlineData("ActiveState=failed\nSubState=failed\nResult=signal\nExecMainCode=2\nExecMainStatus=9", AppServiceStatus.Crashed)]
    public async Task The_state_of_the_unit_is_the_status_of_the_service(string state, AppServiceStatus status)
    {
        _systemd.Set(state);
        Assert.Equal(status, (await Host.GetServiceAsync(Context, default)).Status);
    }

    [Fact]
    public async Task A_start_forgets_earlier_failures_first_and_returns_once_it_lives()
    {
        var service = await Host.StartAsync(Context, default);
        Assert.Equal(AppServiceStatus.Running, service.Status);
        Assert.Equal(4711, service.ProcessId);
        var verbs = _systemd.Calls.Where(static call => !call.Contains("show", StringComparison.Ordinal) && call.StartsWith("systemctl", StringComparison.Ordinal)).ToList();
        Assert.Equal(["systemctl reset-failed --no-ask-password -- app.service", "systemctl start --no-block --no-ask-password -- app.service"], verbs);
    }

    [Fact]
    public async Task What_systemd_starts_again_and_again_is_stopped_and_told_with_its_last_lines()
    {
        _systemd.After["start"] = ["ActiveState=activating\nSubState=auto-restart\nExecMainCode=1\nExecMainStatus=3"];
        _systemd.Journal = """{"MESSAGE":"password=geheim no database","_PID":"9"}""";
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Host.StartAsync(Context, default));
        Assert.Equal("ServiceStartFailed", failure.ErrorId);
        Assert.Contains("exit code 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no database", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", failure.Message, StringComparison.Ordinal);
        Assert.Contains(_systemd.Calls, static call => call.StartsWith("systemctl stop", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Conditions_that_are_not_met_are_told()
    {
        _systemd.After["start"] = ["ActiveState=inactive\nSubState=dead\nConditionResult=no"];
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Host.StartAsync(Context, default));
        Assert.Contains("conditions", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unit_whose_files_changed_is_started_with_a_warning()
    {
        _systemd.Set("ActiveState=inactive\nNeedDaemonReload=yes");
        await Host.StartAsync(Context, default);
        Assert.Contains(_told.Warnings, static warning => warning.Contains("daemon-reload", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("simple", 0)]
    [InlineData("notify", 1)]
    public async Task A_unit_that_systemd_would_kill_in_the_middle_of_a_migration_is_told(string type, int warnings)
    {
        _systemd.Type = type;
        await Host.StartAsync(Context with { Spec = Spec with { Migrations = new MigrationSpec() } }, default);
        Assert.Equal(warnings, _told.Warnings.Count(static warning => warning.Contains("TimeoutStartSec", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_unit_that_runs_a_script_can_not_be_given_another_java()
    {
        var java = _folder.File("java");
        await File.WriteAllTextAsync(java, "");
        _systemd.Command = ["/srv/app/start.sh"];
        var context = Context with { Deployment = Context.Deployment with { Settings = new AppHostSettings { Unit = "app", JavaPath = new Dictionary<string, string> { ["21"] = java } } } };
        Assert.Equal("JavaNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => Host.FindJavaAsync(context, AppVersion.Parse("2.0"), default))).ErrorId);
        _systemd.Command = ["/usr/bin/java", "-jar", "app.jar"];
        Assert.Equal(java, await Host.FindJavaAsync(context, AppVersion.Parse("2.0"), default));
        Assert.Equal("/usr/bin/java", await Host.FindJavaAsync(Context, AppVersion.Parse("2.0"), default));
    }

    [Fact]
    public async Task A_stop_waits_until_all_is_down_and_tells_who_may_start_it_again()
    {
        _systemd.Set("ActiveState=active\nSubState=running\nMainPID=4711\nTriggeredBy=app.socket");
        var service = await Host.StopAsync(Context, null, default);
        Assert.Equal(AppServiceStatus.Stopped, service.Status);
        Assert.Equal(0, service.ExitCode);
        Assert.Contains(_told.Warnings, static warning => warning.Contains("app.socket", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Units_that_run_and_are_stopped_with_it_are_told()
    {
        _systemd.Set("ActiveState=active\nSubState=running\nMainPID=4711\nRequiredBy=worker.service multi-user.target\nConsistsOf=helper.service worker.service", "ActiveState=active", "ActiveState=inactive");

        await Host.StopAsync(Context, null, default);

        var warning = Assert.Single(_told.Warnings);
        Assert.Contains("systemctl start worker.service", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("helper", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("target", warning, StringComparison.Ordinal);
        var calls = _systemd.Calls.ToList();
        Assert.Contains("RequiredBy,BoundBy,ConsistsOf", calls[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_stop_within_its_grace_is_killed_and_is_no_crash()
    {
        _systemd.Set("ActiveState=active\nSubState=running\nMainPID=4711");
        _systemd.After["stop"] = ["ActiveState=deactivating\nSubState=stop-sigterm\nMainPID=4711"];
        var service = await Host.StopAsync(Context, TimeSpan.FromMilliseconds(100), default);
        Assert.Equal(AppServiceStatus.Stopped, service.Status);
        Assert.Equal(137, service.ExitCode);
        Assert.Contains(_systemd.Calls, static call => call.StartsWith("systemctl kill --signal=SIGKILL", StringComparison.Ordinal));
        Assert.Contains(_systemd.Calls, static call => call.StartsWith("systemctl reset-failed", StringComparison.Ordinal));
        Assert.Single(_told.Warnings);
    }

    [Fact]
    public async Task A_crash_loop_is_stopped_too()
    {
        _systemd.Set("ActiveState=activating\nSubState=auto-restart\nNRestarts=4");
        _systemd.After["stop"] = ["ActiveState=inactive\nSubState=dead"];
        Assert.Equal(AppServiceStatus.Stopped, (await Host.StopAsync(Context, null, default)).Status);
    }

    [Theory]
    [InlineData(4, null, "PermissionMissing")]
    [InlineData(1, null, "PermissionMissing")]
    [InlineData(1, 1, "PermissionMissing")]
    [InlineData(1, 0, "ServiceStopFailed")]
    public async Task An_ordinary_user_is_told_which_right_is_missing(int code, int? polkit, string id)
    {
        _systemd.IsRoot = false;
        _systemd.Polkit = polkit;
        _systemd.Failing["stop"] = code;
        _systemd.Set("ActiveState=active\nSubState=running\nMainPID=4711");
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Host.StopAsync(Context, null, default));
        Assert.Equal(id, failure.ErrorId);
        if (id == "PermissionMissing") Assert.Contains("org.freedesktop.systemd1.manage-units", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, null, false, false, true)]
    [InlineData(false, 0, false, false, true)]
    [InlineData(false, 1, false, true, false)]
    [InlineData(false, null, false, true, true)]
    [InlineData(false, 0, true, true, true)]
    public async Task Missing_rights_are_known_before_anything_is_done(bool root, int? polkit, bool java, bool missing, bool certain)
    {
        _systemd.IsRoot = root;
        _systemd.Polkit = polkit;
        var javas = java ? new Dictionary<string, string> { ["21"] = "/usr/bin/java" } : [];
        var check = await Host.CheckRightsAsync(Context with { Deployment = Context.Deployment with { Settings = new AppHostSettings { Unit = "app", JavaPath = javas } } }, default);
        Assert.Equal(missing, check.Missing is not null);
        Assert.Equal(certain, check.Certain);
        if (missing) Assert.Contains("sudo", check.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain(_systemd.Calls, static call => call.Contains("stop", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Root_is_not_told_of_missing_rights()
    {
        _systemd.Failing["stop"] = 1;
        _systemd.Set("ActiveState=active\nSubState=running\nMainPID=4711");
        Assert.Equal("ServiceStopFailed", (await Assert.ThrowsAsync<UpgradeException>(() => Host.StopAsync(Context, null, default))).ErrorId);
    }

    [Fact]
    public async Task Nothing_is_swapped_while_the_unit_is_about_to_be_started_again()
    {
        _systemd.Set("ActiveState=activating\nSubState=auto-restart");
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Host.SwapAsync(Context, new InstallSource { Version = AppVersion.Parse("2.0") }, "label", default));
        Assert.Equal("ServiceRunning", failure.ErrorId);
    }

    [Fact]
    public async Task Files_win_over_the_units_own_variables_and_properties_over_both()
    {
        var file = _folder.File("app.env");
        await File.WriteAllTextAsync(file, "DB_HOST=file\nDB_USER=file\n");
        _systemd.Environment = ["DB_HOST=unit", "DB_NAME=a b", "JAVA_OPTS=-Ddb.user=opts -Xmx1g"];
        _systemd.EnvironmentFiles = [file, "-/nowhere/at/all.env"];
        _systemd.Command = ["/usr/bin/java", "$JAVA_OPTS", "-jar", "app.jar"];
        var settings = await Host.ReadSettingsAsync(Context, default);
        Assert.Equal("file", settings.Get("DB_HOST"));
        Assert.Equal("a b", settings.Get("DB_NAME"));
        Assert.Equal("opts", settings.Get("DB_USER"));
        Assert.Equal(file, settings.SourceOf("DB_HOST"));
    }

    [Fact]
    public async Task A_file_of_the_deployment_that_says_other_than_the_units_is_told_without_values()
    {
        string[] files = [_folder.File("old.env"), _folder.File("new.env")];
        await File.WriteAllTextAsync(files[0], "DB_HOST=planted-old\nSAME=1\nMORE=1\n");
        await File.WriteAllTextAsync(files[1], "DB_HOST=planted-new\nSAME=1\n");
        _systemd.EnvironmentFiles = [files[1]];
        var context = Context with { Deployment = Context.Deployment with { Settings = new AppHostSettings { Unit = "app", EnvironmentFiles = [files[0]] } } };

        await Host.ReadSettingsAsync(context, default);

        var warning = Assert.Single(_told.Warnings);
        Assert.Contains(files[0], warning, StringComparison.Ordinal);
        Assert.Contains("DB_HOST", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("SAME", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("MORE", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_must_be_there_and_is_not_is_told()
    {
        _systemd.EnvironmentFiles = ["/nowhere/at/all.env"];
        Assert.Equal("EnvironmentFileNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => Host.ReadSettingsAsync(Context, default))).ErrorId);
    }

    [Fact]
    public async Task A_unit_that_runs_the_artifact_is_found_with_all_that_registering_takes()
    {
        var artifact = _folder.File("app.jar");
        await File.WriteAllTextAsync(artifact, "");
        _artifacts.ReadVersionAsync(default!, default!, default).ReturnsForAnyArgs(AppVersion.Parse("1.2.3"));
        _systemd.Command = ["/usr/bin/java", "-jar", artifact];
        _systemd.Environment = ["PORT=8123"];
        var file = _folder.File("app.env");
        await File.WriteAllTextAsync(file, "A=1\n");
        _systemd.EnvironmentFiles = [file];
        var found = new List<AppDeployment>();
        await foreach (var one in Host.FindAsync([Spec], new FindRequest { Operation = _told }, default)) found.Add(one);
        var deployment = Assert.Single(found);
        Assert.Equal("app", deployment.Name);
        Assert.Equal("demo", deployment.App);
        Assert.Equal("1.2.3", deployment.Version?.Text);
        Assert.Equal("http://127.0.0.1:8123", deployment.Url);
        Assert.Equal(artifact, deployment.Settings.ArtifactPath);
        Assert.Equal("app.service", deployment.Settings.Unit);
        Assert.Equal(AppHostKind.Systemd, deployment.HostKind);

        // The unit names them anew each time; a stored one would stay when the unit is pointed at another.
        Assert.Empty(deployment.Settings.EnvironmentFiles);
    }

    [Theory]
    [InlineData("${DB_HOST}:${PORT}", new[] { "h:1" })]
    [InlineData("$WORDS", new[] { "a", "b" })]
    [InlineData("x$WORDS", new[] { "x$WORDS" })]
    [InlineData("$$x", new[] { "$x" })]
    [InlineData("$NONE", new string[0])]
    [InlineData("${NONE}", new[] { "" })]
    public void Variables_of_a_command_are_put_in_as_systemd_does(string argument, string[] expected)
    {
        var settings = new AppSettings();
        settings.Set("DB_HOST", "h", "test");
        settings.Set("PORT", "1", "test");
        settings.Set("WORDS", " a  b ", "test");
        Assert.Equal(expected, UnitSettings.Variables(argument, settings));
    }

    private static AppSpec Spec { get; } = new()
    {
        Name = "demo",
        Editions = [new EditionSpec { Id = "standard", Default = true }],
        Artifact = new ArtifactSpec { Kind = "jar", FileName = "app.jar" },
        Settings = new SettingsSpec { Port = "PORT", JavaProperties = new Dictionary<string, string> { ["db.user"] = "DB_USER" } },
    };

    private SystemdHost Host => new(_artifacts, _systemd);

    private DeploymentContext Context => new()
    {
        Spec = Spec,
        Operation = _told,
        Deployment = new AppDeployment { Name = "scene", App = "demo", HostKind = AppHostKind.Systemd, Settings = new AppHostSettings { Unit = "app" } },
    };
}
