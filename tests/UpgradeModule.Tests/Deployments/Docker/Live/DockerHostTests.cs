using System.Globalization;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Deployments.Docker;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments.Docker.Live;

/// <summary>The host kind Docker on a real engine: state, settings, log, lock, one-off commands, addresses, finding.</summary>
[Collection("Containers")]
public class DockerHostTests(ContainerEngineFixture docker)
{
    [SkippableFact]
    public async Task It_starts_stops_and_tells_how_it_is()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        await scene.CreateAsync();
        Assert.Equal(AppServiceStatus.Stopped, (await scene.Host.GetServiceAsync(scene.Context, default)).Status);

        var running = await scene.Host.StartAsync(scene.Context, default);

        Assert.Equal((AppServiceStatus.Running, 64), (running.Status, running.ContainerId!.Length));
        Assert.NotNull(running.StartedOn);
        Assert.Equal(running.StartedOn, (await scene.Host.StartAsync(scene.Context, default)).StartedOn);
        var stopped = await scene.Host.StopAsync(scene.Context, null, default);
        Assert.Equal((AppServiceStatus.Stopped, 0), (stopped.Status, stopped.ExitCode));
        Assert.Equal("1.0.0", (await scene.Host.ReadInstalledVersionAsync(scene.Context, default))!.Text);
    }

    [SkippableFact]
    public async Task A_crash_loop_is_seen_and_ended()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        await scene.CreateAsync(
            request => request with { HostConfig = new HostConfig { RestartPolicy = new RestartPolicy { Name = "always" } } },
            await scene.ImageAsync("1.0.0", "echo failing; sleep 0.3; exit 3"),
            start: true);
        AppService service;
        do
        {
            await Task.Delay(100);
            service = await scene.Host.GetServiceAsync(scene.Context, default);
        }
        while (service.Restarts is null or 0);

        Assert.Equal(AppServiceStatus.Restarting, service.Status);
        var stopped = await scene.Host.StopAsync(scene.Context, null, default);
        Assert.Contains(stopped.Status, new[] { AppServiceStatus.Crashed, AppServiceStatus.Stopped });
        await Task.Delay(1500);
        Assert.Equal(stopped.Status, (await scene.Host.GetServiceAsync(scene.Context, default)).Status);
        Assert.Contains("failing", await scene.Host.ReadLogAsync(scene.Context, 10, null, default));
    }

    [SkippableFact]
    public async Task Settings_come_from_the_environment_the_command_and_files_of_a_stopped_container_and_secrets_from_them_are_masked_in_the_log()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var image = await scene.ImageAsync("1.0.0", "echo hunter2secret > /tmp/pass; ln -sf pass /tmp/link; echo the password is hunter2secret, the mode $THING_MODE", own => own with { User = null });
        await scene.CreateAsync(request => request with { Config = request.Config with { Env = ["THING_PASSWORD_FILE=/tmp/link", "THING_MODE=slow"], Cmd = ["-c", "java -Dthing.mode=fast -jar thing.jar -Dthing.mode=none"] } }, image, start: true);
        await scene.Engine.WaitContainerAsync(scene.Name, default);

        var settings = await scene.Host.ReadSettingsAsync(scene.Context, default);

        Assert.Equal(("1.0.0", "hunter2secret", "fast"), (settings.Get("THING_VERSION"), settings.Get("THING_PASSWORD"), settings.Get("THING_MODE")));
        Assert.Equal("/work1", settings.ForeignDirectory);
        Assert.Equal(["the password is ***, the mode slow"], await scene.Host.ReadLogAsync(scene.Context, 10, null, default));
    }

    [SkippableFact]
    public async Task The_lock_is_a_container_that_everybody_sees_and_goes_with_its_holder()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        await scene.CreateAsync();
        var volumes = await VolumesAsync(scene);
        var held = await scene.Host.LockAsync(scene.Context, "an upgrade", default);
        await using var other = new DockerHost(ContainerEngines.Open);

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => other.LockAsync(scene.Context, "another", default));

        Assert.Equal("DeploymentLocked", failure.ErrorId);
        Assert.Contains("for: an upgrade", failure.Message);
        Assert.Contains(Environment.MachineName, failure.Message);
        Assert.Contains("docker rm " + ContainerNames.Lock(scene.Name), failure.Message);
        Assert.NotNull(await ContainerLock.SeeAsync(other.Of(scene.Context), default));
        await held.DisposeAsync();
        Assert.Equal([scene.Name], await scene.ContainersAsync());
        Assert.Null(await ContainerLock.SeeAsync(other.Of(scene.Context), default));
        Assert.Equal(volumes, await VolumesAsync(scene));
    }

    [SkippableTheory]
    [InlineData(null, true)]
    [InlineData("another-machine", false)]
    public async Task A_lock_is_taken_over_only_where_its_holder_has_died_on_this_machine(string? host, bool taken)
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var container = await scene.CreateAsync();
        await using (await scene.Host.LockAsync(scene.Context, "an upgrade", default))
        {
            var there = await scene.Engine.InspectContainerAsync(ContainerNames.Lock(scene.Name), default);
            var labels = new Dictionary<string, string>(there.Config!.Labels!) { ["io.upgrademodule.lock.process"] = "999999999" };
            if (host is not null) labels["io.upgrademodule.lock.host"] = host;
            await scene.Engine.RemoveContainerAsync(there.Id, false, true, default);
            await scene.Engine.CreateContainerAsync(new ContainerCreateRequest { Name = ContainerNames.Lock(scene.Name), Config = new ContainerConfig { Image = container.Image, Labels = labels } }, default);
        }

        if (taken)
        {
            await using var held = await scene.Host.LockAsync(scene.Context, "the next", default);
            Assert.Equal("the next", (await scene.Engine.InspectContainerAsync(ContainerNames.Lock(scene.Name), default)).Config!.Labels!["io.upgrademodule.lock.purpose"]);
        }
        else
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.LockAsync(scene.Context, "the next", default));
            Assert.Contains("another-machine", failure.Message);
        }
    }

    [SkippableFact]
    public async Task A_one_off_command_has_the_deployments_settings_and_data_and_leaves_nothing()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var port = SampleApps.FreePort().ToString(CultureInfo.InvariantCulture);
        await scene.CreateAsync(
            request => request with
            {
                Config = request.Config with { Env = ["THING_PASSWORD=hunter2secret"] },
                HostConfig = new HostConfig { RestartPolicy = new RestartPolicy { Name = "always" }, PortBindings = new Dictionary<string, IReadOnlyList<PortBinding>?> { ["8080/tcp"] = [new PortBinding { HostPort = port }] } },
            },
            await scene.ImageAsync("1.0.0", "echo ran with $* and $THING_PASSWORD and $THING_VERSION; echo more >> /data/more; cat /data/more; exit 7", own => own with { User = null }));
        var told = new Seen<string>();

        var byEntrypoint = await scene.Host.RunOnceAsync(scene.Context, new OneOffCommand { Command = ["java", "-jar", "{artifact}", "migrate up"], Purpose = "migrating" }, told, default);
        var whole = await scene.Host.RunOnceAsync(scene.Context, new OneOffCommand { Command = ["/bin/sh", "-c", "cat /data/more; echo {tag}"], Placeholders = new Dictionary<string, string> { ["tag"] = "filled" } }, null, default);

        Assert.Equal(7, byEntrypoint.ExitCode);
        Assert.Equal(["ran with migrate up and *** and 1.0.0", "more"], byEntrypoint.Output);
        Assert.Equal(byEntrypoint.Output, told.All);
        Assert.Equal((0, "more filled"), (whole.ExitCode, string.Join(' ', whole.Output)));
        Assert.Equal([scene.Name], await scene.ContainersAsync());
        var late = await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.RunOnceAsync(scene.Context, new OneOffCommand { Command = ["/bin/sleep", "60"], Timeout = TimeSpan.FromSeconds(1) }, null, default));
        Assert.Equal("CommandTimeout", late.ErrorId);
        Assert.Equal([scene.Name], await scene.ContainersAsync());
    }

    [SkippableFact]
    public async Task A_one_off_command_that_outlived_who_started_it_is_ended_before_anything_else_begins()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var present = await scene.CreateAsync();
        var request = OneOffContainer.Request(scene.Host.Of(scene.Context), present, new OneOffCommand { Command = ["/bin/sleep", "600"], Purpose = "migrating" }, new AppSettings());
        async Task LeaveAsync(string suffix)
        {
            await scene.Engine.CreateContainerAsync(request with { Name = request.Name + suffix }, default);
            await scene.Engine.StartContainerAsync(request.Name + suffix, default);
        }

        await LeaveAsync("a");
        await LeaveAsync("b");
        await scene.Host.EndLeftCommandsAsync(scene.Context, default);
        Assert.Equal([scene.Name], await scene.ContainersAsync());
        Assert.Equal(2, scene.Operation.Warnings.Count(warning => warning.Contains("outlived", StringComparison.Ordinal)));

        await LeaveAsync("c");
        await scene.Host.StartAsync(scene.Context, default);
        Assert.Equal([scene.Name], await scene.ContainersAsync());
        await scene.Host.StopAsync(scene.Context, TimeSpan.FromSeconds(5), default);

        await LeaveAsync("d");
        await scene.Host.SwapAsync(scene.Context, await scene.SourceAsync(), "0000000001", default);
        Assert.DoesNotContain(await scene.ContainersAsync(), name => name.EndsWith('d'));
    }

    [SkippableTheory]
    [InlineData("""{"DriverConfig":{"Name":"local","Options":{"type":"tmpfs","device":"tmpfs"}}}""")]
    [InlineData(null)]
    public async Task A_database_on_a_volume_that_is_mounted_only_while_the_container_runs_is_refused(string? options)
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var volume = scene.Volume("data");
        var mount = new MountSpec { Type = "volume", Source = volume, Target = "/data", Extra = options is null ? null : new Dictionary<string, System.Text.Json.JsonElement> { ["VolumeOptions"] = System.Text.Json.JsonDocument.Parse(options).RootElement } };
        await scene.CreateAsync(request => request with { HostConfig = new HostConfig { Mounts = [mount] } });
        Task<DatabaseTarget> Reach() => scene.Host.ReachAsync(scene.Context, new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = "/data/thing.db", FromSettings = true }, default);

        if (options is null)
        {
            Assert.EndsWith("/thing.db", (await Reach()).Path, StringComparison.Ordinal);
            return;
        }

        var failure = await Assert.ThrowsAsync<UpgradeException>(Reach);
        Assert.Equal("DatabaseFileUnreachable", failure.ErrorId);
        Assert.Contains($"'{volume}'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("plain volume", failure.Remedy!, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_name_that_only_the_containers_network_knows_is_reached_by_port_or_address()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var network = await scene.NetworkAsync("net");
        var published = SampleApps.FreePort();
        var listening = await scene.ImageAsync("2.0.0", "exec httpd -f -p 5432", own => own with { User = null });
        foreach (var (name, port) in new[] { ("db", (int?)published), ("inner", null) })
        {
            await scene.Engine.CreateContainerAsync(
                new ContainerCreateRequest
                {
                    Name = $"{scene.Name}-{name}",
                    Config = new ContainerConfig { Image = listening, ExposedPorts = DockerScene.Marks("5432/tcp") },
                    HostConfig = new HostConfig { NetworkMode = network, PortBindings = port is null ? null : new Dictionary<string, IReadOnlyList<PortBinding>?> { ["5432/tcp"] = [new PortBinding { HostPort = port.Value.ToString(CultureInfo.InvariantCulture) }] } },
                    Networks = new Dictionary<string, EndpointSettings> { [network] = new() { Aliases = [name + ".alias"] } },
                },
                default);
            await scene.Engine.StartContainerAsync($"{scene.Name}-{name}", default);
        }

        await scene.CreateAsync(request => request with { HostConfig = new HostConfig { NetworkMode = network, ExtraHosts = ["written:10.9.8.7", "gateway:host-gateway"] } });
        var inner = await scene.Engine.InspectContainerAsync(scene.Name + "-inner", default);

        Assert.Equal(("127.0.0.1", published), await ReachAsync(scene, "db.alias"));
        Assert.Equal(("127.0.0.1", published), await ReachAsync(scene, scene.Name + "-db"));
        Assert.Equal((inner.NetworkSettings!.Networks![network].IPAddress, 5432), await ReachAsync(scene, "inner.alias"));
        Assert.Equal(("10.9.8.7", null), await ReachAsync(scene, "written"));
        Assert.Equal("127.0.0.1", (await ReachAsync(scene, "gateway")).Server);
        var unknown = await Assert.ThrowsAsync<UpgradeException>(() => ReachAsync(scene, "nobody-knows-it"));
        Assert.Equal("DatabaseHostUnknown", unknown.ErrorId);
        Assert.Contains("-DatabaseServer", unknown.Remedy);
        await scene.Engine.StopContainerAsync(scene.Name + "-inner", TimeSpan.Zero, default);
        Assert.Contains("is stopped", (await Assert.ThrowsAsync<UpgradeException>(() => ReachAsync(scene, scene.Name + "-inner"))).Message);
        var given = new DatabaseTarget { Engine = DatabaseEngine.Postgres, Server = "db.alias", Name = "x" };
        Assert.Same(given, await scene.Host.ReachAsync(scene.Context, given, default));
    }

    [SkippableFact]
    public async Task A_file_is_found_through_binds_and_volumes_and_not_in_the_container_itself()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        using var folder = new TempFolder();
        var container = await scene.CreateAsync(request => request with { HostConfig = new HostConfig { Binds = [folder.File("") + ":/bound"] } });

        Assert.Equal(Path.Combine(folder.File(""), "sub/thing.db"), await FileAsync("/bound/sub/thing.db"));
        Assert.Equal(container.Mounts!.Single(mount => mount.Type == "volume").Source + "/thing.db", await FileAsync("/data/thing.db"));
        var inside = await Assert.ThrowsAsync<UpgradeException>(() => FileAsync("/database/thing.db"));
        Assert.Equal("DatabaseFileUnreachable", inside.ErrorId);

        async Task<string?> FileAsync(string path) => (await scene.Host.ReachAsync(scene.Context, new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = path, FromSettings = true }, default)).Path;
    }

    [SkippableFact]
    public async Task Containers_of_an_applications_images_are_found_with_all_that_registering_needs()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var port = SampleApps.FreePort().ToString(CultureInfo.InvariantCulture);
        await scene.CreateAsync(request => request with { HostConfig = new HostConfig { PortBindings = new Dictionary<string, IReadOnlyList<PortBinding>?> { ["8080/tcp"] = [new PortBinding { HostIp = "127.0.0.1", HostPort = port }] } } });
        await scene.Host.SwapAsync(scene.Context, await scene.SourceAsync(), "run/2.0.0", default);
        await using var held = await scene.Host.LockAsync(scene.Context, "an upgrade", default);

        var found = new List<AppDeployment>();
        await foreach (var one in scene.Host.FindAsync([scene.Spec], new FindRequest { DockerHost = docker.Address, Operation = scene.Operation }, default)) found.Add(one);

        var only = Assert.Single(found);
        Assert.Equal((scene.Name, "thing", "standard", AppHostKind.Docker, "2.0.0", $"http://127.0.0.1:{port}"), (only.Name, only.App, only.Edition, only.HostKind, only.Version!.Text, only.Url));
        Assert.Equal((scene.Name, docker.Address), (only.Settings.Container, only.Settings.DockerHost));
    }

    [SkippableFact]
    public async Task The_containers_that_there_are_are_listed_with_image_and_state_and_without_the_locks_of_this_module()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        await scene.CreateAsync();
        await using var held = await scene.Host.LockAsync(scene.Context, "a test", default);

        var places = await scene.Host.ListPlacesAsync(new FindRequest { DockerHost = docker.Engine.Address }, default);

        Assert.Equal(new HostPlace(scene.Name, $"{scene.Repository}:1.0.0, created"), Assert.Single(places, place => place.Name.StartsWith(scene.Name, StringComparison.Ordinal)));
    }

    [SkippableFact]
    public async Task A_container_that_is_not_there_is_said_by_name()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.CompleteAsync(scene.Context, default));

        Assert.Equal(("ContainerNotFound", scene.Name), (failure.ErrorId, failure.Target));
        Assert.Equal("DeploymentInvalid", (await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.CompleteAsync(scene.Context with { Deployment = scene.Context.Deployment with { Settings = new AppHostSettings { Container = "x", ArtifactPath = "/x.jar" } } }, default))).ErrorId);
    }

    private static async Task<(string? Server, int? Port)> ReachAsync(DockerScene scene, string server)
    {
        var reached = await scene.Host.ReachAsync(scene.Context, new DatabaseTarget { Engine = DatabaseEngine.Postgres, Server = server, Name = "x", FromSettings = true }, default);
        return (reached.Server, reached.Port);
    }

    private static async Task<IReadOnlyList<string>> VolumesAsync(DockerScene scene) =>
        [.. ((await scene.Engine.InspectContainerAsync(scene.Name, default)).Mounts ?? []).Select(mount => mount.Name ?? "")];
}
