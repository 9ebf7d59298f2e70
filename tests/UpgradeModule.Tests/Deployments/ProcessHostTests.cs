using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using UpgradeModule.Engine.Deployments.Processes;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments;

public class ProcessHostTests
{
    [Fact]
    public async Task A_service_is_started_seen_and_stopped_with_143_and_that_is_no_crash()
    {
        await using var scene = await ProcessScene.CreateAsync();
        Assert.Equal(AppServiceStatus.Stopped, (await scene.GetAsync()).Status);

        var started = await scene.StartAsync();
        Assert.Equal(AppServiceStatus.Running, started.Status);
        Assert.InRange(started.StartedOn!.Value, DateTimeOffset.UtcNow.AddSeconds(-10), DateTimeOffset.UtcNow.AddSeconds(2));
        Assert.Equal(AppHealth.Healthy, (await scene.WaitAsync()).Health);

        var again = await scene.StartAsync();
        Assert.Equal(started.ProcessId, again.ProcessId);

        var stopped = await scene.StopAsync();
        Assert.Equal(AppServiceStatus.Stopped, stopped.Status);
        if (!OperatingSystem.IsWindows()) Assert.Equal(143, stopped.ExitCode);
        Assert.Null(stopped.ProcessId);
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(started.ProcessId!.Value));
        Assert.Equal(AppServiceStatus.Stopped, (await scene.StopAsync()).Status);
        Assert.Contains(await scene.Host.ReadLogAsync(scene.Context, 5, null, CancellationToken.None), line => line.Contains("Shutdown COMPLETE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_crash_is_told_with_its_exit_code()
    {
        await using var scene = await ProcessScene.CreateAsync("1.0.0", "SAMPLEAPP_CRASH_AFTER_MS=600");
        await scene.StartAsync();
        var crashed = await ProcessScene.EventuallyAsync(scene.GetAsync, service => service.Status != AppServiceStatus.Running);
        Assert.Equal(AppServiceStatus.Crashed, crashed.Status);
        if (!OperatingSystem.IsWindows()) Assert.Equal(3, crashed.ExitCode);
    }

    [SkippableFact]
    public async Task A_stop_by_somebody_else_s_signal_is_no_crash()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no signals.");
        await using var scene = await ProcessScene.CreateAsync();
        var started = await scene.StartAsync();
        await scene.WaitAsync();
        using var kill = Process.Start("kill", ["-TERM", started.ProcessId!.Value.ToString(CultureInfo.InvariantCulture)]);
        var stopped = await ProcessScene.EventuallyAsync(scene.GetAsync, service => service.Status != AppServiceStatus.Running);
        Assert.Equal(AppServiceStatus.Stopped, stopped.Status);
        Assert.Equal(143, stopped.ExitCode);
    }

    [Fact]
    public async Task What_doesn_t_stop_within_its_grace_is_killed()
    {
        await using var scene = await ProcessScene.CreateAsync("1.0.0", "SAMPLEAPP_IGNORE_STOP=1");
        var started = await scene.StartAsync();
        await scene.WaitAsync();
        var took = Stopwatch.StartNew();
        var stopped = await scene.StopAsync(TimeSpan.FromMilliseconds(700));
        Assert.InRange(took.ElapsedMilliseconds, 650, 5000);
        Assert.Equal(AppServiceStatus.Stopped, stopped.Status);
        if (!OperatingSystem.IsWindows()) Assert.Equal(137, stopped.ExitCode);
        Assert.Contains(scene.Told.Warnings, warning => warning.Contains("killed", StringComparison.Ordinal));
        Assert.Throws<ArgumentException>(() => Process.GetProcessById(started.ProcessId!.Value));
    }

    [Fact]
    public async Task A_service_outlives_the_process_that_started_it_and_is_known_to_the_next()
    {
        await using var scene = await ProcessScene.CreateAsync();
        using var starter = scene.RunOther("start");
        var said = await starter.StandardOutput.ReadToEndAsync();
        await starter.WaitForExitAsync();
        Assert.Equal(0, starter.ExitCode);

        var service = await scene.WaitAsync();
        Assert.Equal(int.Parse(said, CultureInfo.InvariantCulture), service.ProcessId);
        Assert.Equal(AppHealth.Healthy, service.Health);
        if (!OperatingSystem.IsWindows())
        {
            var stat = ProcessStat.Read(service.ProcessId!.Value)!;
            Assert.NotEqual(ProcessStat.Read(Environment.ProcessId)!.Session, stat.Session);
            Assert.Equal(143, (await scene.StopAsync()).ExitCode);
        }
    }

    [SkippableFact]
    public async Task A_process_id_that_was_given_again_is_not_the_service()
    {
        Skip.If(OperatingSystem.IsWindows(), "It is written for /proc.");
        await using var scene = await ProcessScene.CreateAsync();
        await scene.StartAsync();
        await scene.StopAsync();

        // As if this very process had been given the service's number.
        var file = Path.Combine(scene.Folder, ".upgrademodule", "scene", "process");
        var stat = await File.ReadAllTextAsync($"/proc/{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        fields[19] = (long.Parse(fields[19], CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(file, $"token=x\noffset=0\nboot={ProcessStat.Boot()}\nstat={Environment.ProcessId.ToString(CultureInfo.InvariantCulture)} (x) {string.Join(' ', fields)}");
        Assert.Equal(AppServiceStatus.Stopped, (await scene.GetAsync()).Status);
        Assert.Equal(AppServiceStatus.Stopped, (await scene.StopAsync()).Status);

        // The right moment of another boot isn't it either.
        await File.WriteAllTextAsync(file, $"token=x\noffset=0\nboot=another\nstat={stat}");
        Assert.Equal(AppServiceStatus.Stopped, (await scene.GetAsync()).Status);
    }

    [Fact]
    public async Task A_taken_port_is_told_before_the_start()
    {
        await using var scene = await ProcessScene.CreateAsync();
        using var listener = new TcpListener(IPAddress.Loopback, scene.Port);
        listener.Start();
        var failure = await Assert.ThrowsAsync<UpgradeException>(scene.StartAsync);
        Assert.Equal("PortTaken", failure.ErrorId);
        Assert.Equal(scene.Port, failure.Target);
        if (OperatingSystem.IsLinux()) Assert.Contains(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(scene.Log));
    }

    [SkippableFact]
    public async Task What_ends_at_once_could_not_be_started_and_its_last_lines_hold_no_secret()
    {
        Skip.If(OperatingSystem.IsWindows(), "It is a shell script.");
        await using var scene = await ProcessScene.CreateAsync("1.0.0", "APP_PASSWORD=hunter22");
        scene.With(settings => settings with { Command = "sh", Arguments = ["-c", "echo cannot log in with $APP_PASSWORD at postgres://me:s3same@db; exit 7"] });
        var failure = await Assert.ThrowsAsync<UpgradeException>(scene.StartAsync);
        Assert.Equal("ServiceStartFailed", failure.ErrorId);
        Assert.Contains("exit code 7", failure.Message, StringComparison.Ordinal);
        Assert.Contains("cannot log in with *** at postgres://me:***@db", failure.Message, StringComparison.Ordinal);
        Assert.Equal(AppServiceStatus.Crashed, (await scene.GetAsync()).Status);
    }

    [SkippableFact]
    public async Task A_secret_in_a_file_that_a_setting_names_and_one_on_a_JVMs_command_line_are_masked_in_the_log()
    {
        Skip.If(OperatingSystem.IsWindows(), "It is a shell script.");
        await using var scene = await ProcessScene.CreateAsync("1.0.0", "MB_DB_PASS_FILE=pass.txt", "MB_ENCRYPTION_SECRET_KEY_FILE=no-such-file");
        await File.WriteAllTextAsync(Path.Combine(scene.Folder, "pass.txt"), "pl4nted-in-file\n");
        scene.With(settings => settings with { Command = "sh", Arguments = ["-c", "echo login with $(cat pass.txt) and pl4nted-property and ${MB_DB_PASS-nothing}; exec sleep 60", "-Dmb.other=pl4nted-property"] });
        scene.Context = scene.Context with
        {
            Spec = scene.Context.Spec with
            {
                Settings = new()
                {
                    EncryptionKey = "MB_ENCRYPTION_SECRET_KEY",
                    Secrets = ["MB_OTHER"],
                    Database = new() { Password = "MB_DB_PASS" },
                    JavaProperties = new Dictionary<string, string> { ["mb.other"] = "MB_OTHER" },
                    FileSuffix = "_FILE",
                },
            },
        };
        await scene.StartAsync();
        foreach (var host in new[] { scene.Host, new ProcessHost(new UpgradeModule.Engine.Artifacts.ArtifactFetcher()) })
        {
            var lines = await ProcessScene.EventuallyAsync(() => host.ReadLogAsync(scene.Context, 5, null, CancellationToken.None), lines => lines.Count > 0);

            // The process itself is given the file's name only.
            Assert.Equal("login with *** and *** and nothing", Assert.Single(lines));
        }
    }

    [SkippableFact]
    public async Task Two_deployments_of_one_name_have_secrets_of_their_own()
    {
        Skip.If(OperatingSystem.IsWindows(), "It is a shell script.");
        await using var one = await ProcessScene.CreateAsync("1.0.0", "APP_PASSWORD=first-0ne");
        await using var two = await ProcessScene.CreateAsync("1.0.0", "APP_PASSWORD=second-0ne");
        foreach (var scene in new[] { one, two })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(scene.Log)!);
            await File.WriteAllTextAsync(scene.Log, "first-0ne second-0ne\n");
        }

        Assert.Equal("*** second-0ne", Assert.Single(await one.Host.ReadLogAsync(one.Context, 5, null, CancellationToken.None)));
        Assert.Equal("first-0ne ***", Assert.Single(await one.Host.ReadLogAsync(two.Context, 5, null, CancellationToken.None)));
    }

    [SkippableFact]
    public async Task A_service_is_stopped_on_a_full_disk_and_that_is_no_crash()
    {
        using var disk = new SmallDisk(5);
        disk.Require();
        await using var scene = await ProcessScene.CreateAsync();
        var script = Path.Combine(disk.Path, "app.sh");
        await File.WriteAllTextAsync(script, "trap '' TERM\nwhile :; do sleep 0.1; done\n");
        var log = scene.Log;
        scene.With(settings => settings with { Command = "sh", Arguments = ["{artifact}"], ArtifactPath = script, LogPath = log });
        await scene.StartAsync();
        disk.Fill();
        var stopped = await scene.StopAsync(TimeSpan.FromMilliseconds(300));
        Assert.Equal(AppServiceStatus.Stopped, stopped.Status);
    }

    [Theory]
    [InlineData("no-such-program")]
    [InlineData("/no/such/program")]
    public async Task A_command_that_is_not_there_is_told(string command)
    {
        await using var scene = await ProcessScene.CreateAsync();
        scene.With(settings => settings with { Command = command });
        var failure = await Assert.ThrowsAsync<UpgradeException>(scene.StartAsync);
        Assert.Equal("CommandNotFound", failure.ErrorId);
    }

    [SkippableFact]
    public async Task A_process_started_by_hand_is_taken_for_the_service()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "It is found by /proc.");
        await using var scene = await ProcessScene.CreateAsync("1.0.0", "SAMPLEAPP_CRASH_AFTER_MS=400");
        await scene.StartAsync();
        await ProcessScene.EventuallyAsync(scene.GetAsync, service => service.Status == AppServiceStatus.Crashed);
        var start = new ProcessStartInfo(scene.Artifact) { RedirectStandardOutput = true };
        start.Environment["SAMPLEAPP_PORT"] = scene.Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["SAMPLEAPP_DATABASE"] = scene.Database;
        using var byHand = Process.Start(start)!;
        var seen = await ProcessScene.EventuallyAsync(scene.GetAsync, service => service.Status == AppServiceStatus.Running);
        Assert.Equal(byHand.Id, seen.ProcessId);
        Assert.Contains(scene.Told.Verboses, line => line.Contains("not started by this module", StringComparison.Ordinal));
        Assert.Equal(AppServiceStatus.Stopped, (await scene.StopAsync()).Status);
        Assert.Equal(AppServiceStatus.Stopped, (await scene.GetAsync()).Status);
        await byHand.WaitForExitAsync();
        Assert.Equal(143, byHand.ExitCode);
    }

    [SkippableFact]
    public async Task What_runs_of_a_deployment_that_is_registered_no_more_is_found_under_its_next_name_and_never_taken_from_one_that_is()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "It is found by /proc.");
        await using var scene = await ProcessScene.CreateAsync();
        var started = await scene.StartAsync();
        var other = scene.Context with { Deployment = scene.Context.Deployment with { Name = "other" } };
        Assert.Equal(AppServiceStatus.Stopped, (await scene.Host.GetServiceAsync(other, CancellationToken.None)).Status);

        await scene.Host.NoteRegistrationAsync(scene.Context.Deployment, registered: false, CancellationToken.None);
        var seen = await scene.Host.GetServiceAsync(other, CancellationToken.None);
        Assert.Equal((AppServiceStatus.Running, started.ProcessId), (seen.Status, seen.ProcessId));

        await scene.Host.NoteRegistrationAsync(scene.Context.Deployment, registered: true, CancellationToken.None);
        Assert.Equal(AppServiceStatus.Stopped, (await scene.Host.GetServiceAsync(other, CancellationToken.None)).Status);
        Assert.Equal(AppServiceStatus.Running, (await scene.GetAsync()).Status);
    }

    [SkippableFact]
    public async Task A_start_script_of_a_former_name_takes_its_program_along_too()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "It is found by /proc.");
        await using var scene = await ProcessScene.CreateAsync();
        scene.With(settings => settings with { Command = "sh", Arguments = ["-c", "\"$0\"; exit $?", "{artifact}"] });
        await scene.StartAsync();
        await scene.WaitAsync();
        await scene.Host.NoteRegistrationAsync(scene.Context.Deployment, registered: false, CancellationToken.None);
        var other = scene.Context with { Deployment = scene.Context.Deployment with { Name = "other" } };
        Assert.Equal(AppServiceStatus.Stopped, (await scene.Host.StopAsync(other, null, CancellationToken.None)).Status);
        var health = await scene.Prober.ProbeAsync(scene.Context, null, deep: false, CancellationToken.None);
        Assert.Equal(AppHealth.Unreachable, health.Health);
    }

    [SkippableFact]
    public async Task A_start_script_takes_its_program_along_when_it_is_stopped()
    {
        Skip.If(OperatingSystem.IsWindows(), "It is a shell script.");
        await using var scene = await ProcessScene.CreateAsync();
        scene.With(settings => settings with { Command = "sh", Arguments = ["-c", "\"$0\"; exit $?", "{artifact}"] });
        await scene.StartAsync();
        await scene.WaitAsync();
        var stopped = await scene.StopAsync();
        Assert.Equal(AppServiceStatus.Stopped, stopped.Status);
        var health = await scene.Prober.ProbeAsync(scene.Context, null, deep: false, CancellationToken.None);
        Assert.Equal(AppHealth.Unreachable, health.Health);
    }

    [SkippableFact]
    public async Task The_environment_is_small_and_a_secret_is_in_no_argument_and_no_file()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "It is read from /proc.");
        await using var scene = await ProcessScene.CreateAsync();
        const string Secret = "pl4nted-S3cret";
        Environment.SetEnvironmentVariable("UM_TEST_PLANTED", Secret);
        scene.With(settings => settings with { EnvironmentReferences = new Dictionary<string, string> { ["APP_SECRET"] = "env:UM_TEST_PLANTED" } });
        var service = await scene.StartAsync();
        await scene.WaitAsync();
        var id = service.ProcessId!.Value.ToString(CultureInfo.InvariantCulture);
        var environment = (await File.ReadAllTextAsync($"/proc/{id}/environ")).Split('\0');
        Assert.Contains("APP_SECRET=" + Secret, environment);
        Assert.DoesNotContain(environment, line => line.StartsWith("UM_TEST_PLANTED", StringComparison.Ordinal));
        foreach (var process in ProcessStat.All()) Assert.DoesNotContain(UnixCommandMatch.Arguments(process.ProcessId), argument => argument.Contains(Secret, StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(scene.Folder, "*", SearchOption.AllDirectories).Where(file => file != scene.Artifact))
        {
            Assert.DoesNotContain(Secret, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        }

        Assert.Equal("700", UnixRights.Of(Path.Combine(scene.Folder, ".upgrademodule", "scene")));
    }

    [Fact]
    public async Task Of_a_lock_held_by_another_process_the_holder_is_told_and_its_death_frees_it()
    {
        await using var scene = await ProcessScene.CreateAsync();
        using var other = scene.RunOther("lock");
        Assert.Equal("locked", await other.StandardOutput.ReadLineAsync());
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.LockAsync(scene.Context, "mine", CancellationToken.None));
        Assert.Equal("DeploymentLocked", failure.ErrorId);
        Assert.Contains(other.Id.ToString(CultureInfo.InvariantCulture), failure.Message, StringComparison.Ordinal);
        Assert.Contains("a test", failure.Message, StringComparison.Ordinal);

        other.Kill();
        await other.WaitForExitAsync();
        await using (await scene.Host.LockAsync(scene.Context, "mine", CancellationToken.None))
        {
            await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.LockAsync(scene.Context, "mine again", CancellationToken.None));
        }

        await using var free = await scene.Host.LockAsync(scene.Context, "at last", CancellationToken.None);
    }

    [Fact]
    public async Task Settings_come_from_files_references_and_the_command_line_of_a_JVM()
    {
        await using var scene = await ProcessScene.CreateAsync("1.0.0", "MB_DB_TYPE=h2", "MB_DB_PASS_FILE=pass.txt", "LATER=1");
        var second = Path.Combine(scene.Folder, "second.env");
        await File.WriteAllTextAsync(second, "LATER=2\nGIVEN=file\n");
        await File.WriteAllTextAsync(Path.Combine(scene.Folder, "pass.txt"), "from-file\n");
        scene.With(settings => settings with
        {
            Command = "java",
            Arguments = ["-DMB_DB_TYPE=postgres", "-Dmb.db.host=db.example.org", "-Xmx1g", "-jar", "{artifact}", "-Dmb.db.host=no"],
            EnvironmentFiles = [.. settings.EnvironmentFiles, second],
            EnvironmentReferences = new Dictionary<string, string> { ["GIVEN"] = "secret:given" },
        });
        scene.Context = scene.Context with
        {
            Operation = new RecordingOperation { Secrets = new Dictionary<string, string> { ["given"] = "vault" } },
            Spec = scene.Context.Spec with
            {
                Settings = new()
                {
                    Database = new() { Type = "MB_DB_TYPE", Host = "MB_DB_HOST", Password = "MB_DB_PASS" },
                    JavaProperties = new Dictionary<string, string> { ["mb.db.host"] = "MB_DB_HOST" },
                    FileSuffix = "_FILE",
                },
            },
        };
        var found = await scene.Host.ReadSettingsAsync(scene.Context, CancellationToken.None);
        Assert.Equal("postgres", found.Get("MB_DB_TYPE"));
        Assert.Equal("db.example.org", found.Get("MB_DB_HOST"));
        Assert.Equal("from-file", found.Get("MB_DB_PASS"));
        Assert.Equal("2", found.Get("LATER"));
        Assert.Equal(second, found.SourceOf("LATER"));
        Assert.Equal("vault", found.Get("GIVEN"));
        Assert.Equal("secret:given", found.SourceOf("GIVEN"));
        Assert.Null(found.Get("PATH"));
    }

    [Fact]
    public async Task The_installed_version_is_read_from_the_artifact()
    {
        await using var scene = await ProcessScene.CreateAsync("1.1.0");
        Assert.Equal("1.1.0", (await scene.Host.ReadInstalledVersionAsync(scene.Context, CancellationToken.None))?.Text);
        var failure = Assert.Throws<UpgradeException>(() => scene.Hosts.For(AppHostKind.Heroku));
        Assert.Equal("HostKindNotSupported", failure.ErrorId);
    }
}
