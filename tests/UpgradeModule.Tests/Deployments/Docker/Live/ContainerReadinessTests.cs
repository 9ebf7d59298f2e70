using NSubstitute;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Deployments.Docker;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Files;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Engine.Readiness.Checks;
using UpgradeModule.Tests.Apps;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments.Docker.Live;

/// <summary>What stands in the way of an upgrade in a container, each by its name.</summary>
[Collection("Containers")]
public class ContainerReadinessTests(ContainerEngineFixture docker)
{
    [SkippableTheory]
    [InlineData("com.docker.compose.project", "OwnedByCompose")]
    [InlineData("com.docker.swarm.service.name", "OwnedBySwarm")]
    [InlineData("io.kubernetes.pod.name", "OwnedBySwarm")]
    [InlineData("PODMAN_SYSTEMD_UNIT", "RemovedWhenStopped")]
    [InlineData("io.containers.autoupdate", "AutoUpdater")]
    public async Task A_container_that_somebody_else_makes_is_a_blocker(string label, string check)
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        await scene.CreateAsync(request => request with { Config = request.Config with { Labels = new Dictionary<string, string> { [label] = "theirs" } } });

        var (name, finding) = Assert.Single(await FindAsync(scene));

        Assert.Equal((check, true), (name, finding.Blocks));
        Assert.Contains(scene.Name, finding.Message);
        Assert.NotEmpty(finding.Remedy);
    }

    [SkippableFact]
    public async Task A_container_without_any_of_it_is_ready()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        await scene.CreateAsync(start: true);

        Assert.Empty(await FindAsync(scene));
        await using var held = await scene.Host.LockAsync(scene.Context, "an upgrade", default);
        Assert.Contains("for: an upgrade", Assert.Single(await new LockedCheck().RunAsync(Context(scene), default)).Message);
    }

    [SkippableFact]
    public async Task One_that_is_removed_when_it_stops_is_a_blocker()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        await scene.CreateAsync(request => request with { HostConfig = new HostConfig { AutoRemove = true } });

        Assert.Equal("RemovedWhenStopped", Assert.Single(await FindAsync(scene)).Name);
    }

    [SkippableFact]
    public async Task One_that_is_removed_when_it_stops_is_not_stopped()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var before = await scene.CreateAsync(request => request with { HostConfig = new HostConfig { AutoRemove = true } }, start: true);

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.StopAsync(scene.Context, TimeSpan.FromSeconds(1), default));

        Assert.Equal("ServiceStopFailed", failure.ErrorId);
        Assert.Contains("--rm", failure.Message);
        Assert.Contains("docker cp", failure.Remedy);
        Assert.True((await scene.Engine.InspectContainerAsync(before.Id, default)).State!.Running);
    }

    [SkippableFact]
    public async Task A_lock_that_can_not_be_given_back_is_a_warning()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        await scene.CreateAsync();
        await using var refusing = new DockerHost(_ => RefusingEngine.Over(scene.Engine, nameof(IContainerEngine.RemoveContainerAsync)));

        await (await refusing.LockAsync(scene.Context, "an upgrade", default)).DisposeAsync();

        Assert.Contains($"docker rm {ContainerNames.Lock(scene.Name)}", Assert.Single(scene.Operation.Warnings));

        // Its holder lives on, and yet nobody holds it any more: the next one takes it over.
        Assert.Null(await ContainerLock.SeeAsync(refusing.Of(scene.Context), default));
        await using var next = await scene.Host.LockAsync(scene.Context, "the next", default);
        Assert.NotNull(await ContainerLock.SeeAsync(refusing.Of(scene.Context), default));
    }

    [SkippableFact]
    public async Task An_updater_that_runs_is_a_blocker_unless_the_container_is_taken_out()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        await scene.CreateAsync();
        var updater = "nickfedor/watchtower:" + scene.Name;
        await scene.Engine.TagImageAsync(await scene.ImageAsync("1.0.0"), updater, default);
        await scene.Engine.CreateContainerAsync(new ContainerCreateRequest { Name = scene.Name + "-updater", Config = new ContainerConfig { Image = updater } }, default);
        await scene.Engine.StartContainerAsync(scene.Name + "-updater", default);

        var (name, finding) = Assert.Single(await FindAsync(scene));

        Assert.Equal("AutoUpdater", name);
        Assert.Contains($"docker stop {scene.Name}-updater", finding.Remedy);
        await scene.Engine.RemoveContainerAsync(scene.Name, true, true, default);
        await scene.CreateAsync(request => request with { Config = request.Config with { Labels = new Dictionary<string, string> { ["com.centurylinklabs.watchtower.enable"] = "false" } } });
        Assert.Empty(await FindAsync(scene));
        await scene.Engine.RemoveContainerAsync(scene.Name + "-updater", true, true, default);
        await scene.Engine.RemoveImageAsync(updater, true, default);
    }

    [SkippableFact]
    public async Task Data_in_the_container_itself_is_a_blocker_with_the_steps_out_of_it()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var steps = Definitions.Metabase.Image!.MoveDataOut;
        scene.Spec = scene.Spec with { Image = scene.Spec.Image! with { DataPath = "/metabase.db", MoveDataOut = steps }, Settings = new SettingsSpec { Database = new DatabaseSettingsSpec { DefaultEngine = "H2", DefaultFile = "metabase.db", FileSuffix = ".mv.db" } } };
        var image = await scene.ImageAsync("1.0.0", "mkdir /metabase.db; echo x > /metabase.db/metabase.db.mv.db", own => own with { User = null });
        await scene.CreateAsync(image: image, start: true);
        await scene.Engine.WaitContainerAsync(scene.Name, default);
        var database = new DatabaseTarget { Engine = DatabaseEngine.H2, Path = "/work1/metabase.db.mv.db", FromSettings = true };

        var (name, finding) = Assert.Single(await FindAsync(scene, database));

        Assert.Equal(("DataInContainer", "/metabase.db/metabase.db.mv.db"), (name, finding.Target));
        Assert.Contains($"docker cp {scene.Name}:/metabase.db/metabase.db.mv.db ./metabase.db.mv.db", finding.Remedy);
        Assert.Contains($"{image} \"load-from-h2 /h2/metabase.db\"", finding.Remedy);
        Assert.Empty(await FindAsync(scene, database with { Engine = DatabaseEngine.Sqlite, Path = "/data/thing.db" }));
    }

    [SkippableFact]
    public async Task A_tag_that_moves_is_a_warning_and_a_port_of_the_engines_choice_a_blocker()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var moving = scene.Repository + ":latest";
        await scene.Engine.TagImageAsync(await scene.ImageAsync("1.0.0"), moving, default);
        var made = await scene.CreateAsync(request => request with { HostConfig = new HostConfig { PublishAllPorts = true } }, moving, start: true);
        var port = made.NetworkSettings!.Ports!.Values.First()![0].HostPort;

        var found = await FindAsync(scene, null, $"http://127.0.0.1:{port}");

        Assert.Equal([("MutableTag", false), ("PortPublished", true)], found.Select(one => (one.Name, one.Finding.Blocks)).Order());
        await scene.Engine.RemoveContainerAsync(scene.Name, true, true, default);
        await scene.Engine.RemoveImageAsync(moving, true, default);
    }

    [SkippableFact]
    public async Task Of_a_container_that_is_down_the_ports_that_it_publishes_must_be_free_and_not_the_one_inside()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        using var inner = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        inner.Start();
        var inside = ((System.Net.IPEndPoint)inner.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var outside = SampleApps.FreePort();
        await scene.CreateAsync(request => request with
        {
            Config = request.Config with { Env = ["THING_PORT=" + inside] },
            HostConfig = new HostConfig { PortBindings = new Dictionary<string, IReadOnlyList<PortBinding>?> { [inside + "/tcp"] = [new PortBinding { HostIp = "127.0.0.1", HostPort = outside.ToString(System.Globalization.CultureInfo.InvariantCulture) }] } },
        });

        Assert.Empty(await new PortFreeCheck().RunAsync(Context(scene), default));
        using var taker = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, outside);
        taker.Start();
        var finding = Assert.Single(await new PortFreeCheck().RunAsync(Context(scene), default));
        Assert.True(finding.Blocks);
        Assert.Contains(outside.ToString(System.Globalization.CultureInfo.InvariantCulture), finding.Message);
    }

    [SkippableFact]
    public async Task A_container_that_is_tied_to_this_very_one_is_a_warning()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        await scene.CreateAsync(start: true);
        await scene.Engine.CreateContainerAsync(new ContainerCreateRequest { Name = scene.Name + "-side", Config = new ContainerConfig { Image = await scene.ImageAsync("1.0.0") }, HostConfig = new HostConfig { NetworkMode = "container:" + scene.Name } }, default);
        await scene.Engine.StartContainerAsync(scene.Name + "-side", default);

        var (name, finding) = Assert.Single(await FindAsync(scene));

        Assert.Equal(("ContainerDependents", false), (name, finding.Blocks));
        Assert.Contains($"'{scene.Name}-side' shares its network", finding.Message);
        await scene.Engine.RemoveContainerAsync(scene.Name + "-side", true, true, default);
    }

    [SkippableFact]
    public async Task A_second_container_of_the_application_on_the_same_file_is_a_blocker_and_one_that_backs_it_up_is_not()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var host = new HostConfig { Binds = [scene.Volume("data") + ":/data"] };
        await scene.CreateAsync(request => request with { HostConfig = host }, start: true);
        await RunAsync(scene, "-backup", new ContainerConfig { Image = await docker.Images.BusyBoxAsync(), Cmd = ["sleep", "300"] }, host);
        var database = new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = "/data/thing.db", FromSettings = true };
        Assert.Empty(await FindAsync(scene, database));

        await RunAsync(scene, "-two", new ContainerConfig { Image = await scene.ImageAsync("1.0.0") }, host);
        var (name, finding) = Assert.Single(await FindAsync(scene, database));

        Assert.Equal(("DataShared", true), (name, finding.Blocks));
        Assert.Contains(scene.Name + "-two", finding.Message);
        Assert.Contains($"docker stop {scene.Name}-two", finding.Remedy);
        Assert.Empty(await FindAsync(scene, database with { Path = "/elsewhere/thing.db" }, null, "DataInContainer"));
    }

    [SkippableFact]
    public async Task An_h2_file_on_a_mount_may_be_open_in_the_container_itself_and_nowhere_else()
    {
        docker.Require();
        Skip.IfNot(OperatingSystem.IsLinux(), "Who holds a file is known on Linux only.");
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        using var folder = new TempFolder();
        var file = folder.File("metabase.db.mv.db");
        await File.WriteAllTextAsync(file, "H:2,format:2");
        scene.Spec = scene.Spec with { Settings = new SettingsSpec { Database = new DatabaseSettingsSpec { DefaultEngine = "H2", DefaultFile = "metabase.db", FileSuffix = ".mv.db" } } };
        var image = await scene.ImageAsync("1.0.0", "exec 3</metabase.db/metabase.db.mv.db; trap 'exit 0' TERM INT; while true; do sleep 0.1; done", own => own with { User = null });
        await scene.CreateAsync(request => request with { HostConfig = new HostConfig { Binds = [folder.Path + ":/metabase.db"] } }, image, start: true);
        var inside = new DatabaseTarget { Engine = DatabaseEngine.H2, Path = "/metabase.db/metabase.db.mv.db", FromSettings = true };

        Assert.Empty(await FilesAsync());
        using var holder = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sh", ["-c", $"exec 3<'{file}'; echo; read line"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        await holder.StandardOutput.ReadLineAsync();
        var finding = Assert.Single(await FilesAsync());
        holder.StandardInput.Close();

        Assert.True(finding.Blocks);
        Assert.Contains(FormattableString.Invariant($"process {holder.Id} "), finding.Message);

        async Task<IReadOnlyList<Finding>> FilesAsync()
        {
            var opened = Substitute.For<IAppDatabase>();
            opened.Target.Returns(inside with { Path = file });
            opened.InspectAsync(default).ReturnsForAnyArgs(new DatabaseFacts { Exists = true, Sessions = FileHolders.Find(file) });
            var context = Context(scene, inside, open: () => Task.FromResult(opened));
            return [.. await new DatabaseFileCheck().RunAsync(context, default), .. await new DatabaseSessionsCheck().RunAsync(context, default)];
        }
    }

    [SkippableFact]
    public async Task What_restarts_a_container_that_is_unhealthy_is_a_warning_where_it_means_this_one()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        scene.Spec = scene.Spec with { Migrations = new MigrationSpec { Kind = "table", Table = "m" } };
        await scene.CreateAsync(start: true);
        var healer = "willfarrell/autoheal:" + scene.Name;
        await scene.Engine.TagImageAsync(await scene.ImageAsync("1.0.0"), healer, default);
        await RunAsync(scene, "-heal", new ContainerConfig { Image = healer }, null);
        Assert.Empty(await FindAsync(scene));
        await scene.Engine.RemoveContainerAsync(scene.Name + "-heal", true, true, default);
        await RunAsync(scene, "-heal", new ContainerConfig { Image = healer, Env = ["AUTOHEAL_CONTAINER_LABEL=all"] }, null);

        var (name, finding) = Assert.Single(await FindAsync(scene));

        Assert.Equal(("Watchdog", false), (name, finding.Blocks));
        Assert.Contains($"docker stop {scene.Name}-heal", finding.Remedy);
        await scene.Engine.RemoveContainerAsync(scene.Name + "-heal", true, true, default);
        await scene.Engine.RemoveImageAsync(healer, true, default);
    }

    [SkippableFact]
    public async Task A_setting_that_is_given_as_a_value_and_as_a_file_is_a_warning_without_either()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        await scene.CreateAsync(request => request with { Config = request.Config with { Env = ["THING_PASSWORD=geheim", "THING_PASSWORD_FILE=/run/secrets/password", "THING_MODE=x", "THING_MODE_FILE=/x"] } });

        var (name, finding) = Assert.Single(await FindAsync(scene));

        Assert.Equal(("SettingTwice", false, "THING_PASSWORD"), (name, finding.Blocks, finding.Target));
        Assert.DoesNotContain("geheim", finding.Message + finding.Remedy);
    }

    private static async Task RunAsync(DockerScene scene, string suffix, ContainerConfig config, HostConfig? host)
    {
        await scene.Engine.CreateContainerAsync(new ContainerCreateRequest { Name = scene.Name + suffix, Config = config, HostConfig = host ?? new HostConfig() }, default);
        await scene.Engine.StartContainerAsync(scene.Name + suffix, default);
    }

    internal static ReadinessContext Context(DockerScene scene, DatabaseTarget? database = null, string? url = null, Func<Task<IAppDatabase>>? open = null)
    {
        var services = new ReadinessServices
        {
            Hosts = _ => scene.Host,
            OpenDatabase = (_, _) => open?.Invoke() ?? throw new NotSupportedException(),
            Prober = Substitute.For<IHealthProber>(),
            Planner = Substitute.For<IUpgradePathPlanner>(),
            Migrations = Substitute.For<IMigrationReader>(),
            Artifacts = Substitute.For<IArtifactFetcher>(),
            Inspect = (context, _) => Task.FromResult(context.Deployment),
            UsualBackupFolder = Path.GetTempPath(),
        };
        var context = scene.Context;
        return new ReadinessContext(services, context with { Deployment = context.Deployment with { Database = database, Url = url } }, new ReadinessRequest(), new UpgradePath(), default);
    }

    private static async Task<IReadOnlyList<(string Name, Finding Finding)>> FindAsync(DockerScene scene, DatabaseTarget? database = null, string? url = null, string? without = null)
    {
        IReadinessCheck[] checks = [new ContainerEngineRightsCheck(), new OwnedByComposeCheck(), new OwnedBySwarmCheck(), new RemovedWhenStoppedCheck(), new AutoUpdaterCheck(), new DataInContainerCheck(), new DataSharedCheck(), new SettingTwiceCheck(), new WatchdogCheck(), new MutableTagCheck(), new PortPublishedCheck(), new ImagePresentCheck(), new ContainerDependentsCheck(), new RestartPolicyCheck()];
        var found = new List<(string, Finding)>();
        var context = Context(scene, database, url);
        foreach (var check in checks.Where(check => check.Name != without && check.Concerns(context))) found.AddRange((await check.RunAsync(context, default)).Select(finding => (check.Name, finding)));
        return found;
    }
}
