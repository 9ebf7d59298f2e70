using System.Globalization;
using System.Text.Json;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Deployments.Docker;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments.Docker.Live;

/// <summary>Containers swapped on a real engine: what goes over, what stays behind, and what is there after each way it can end.</summary>
[Collection("Containers")]
public class SwapTests(ContainerEngineFixture docker)
{
    private const string Label = "run-1/2.0.0";

    private static readonly string[] s_ofTheEngine = ["ContainerIDFile"];

    [SkippableFact]
    public async Task Everything_that_was_its_own_goes_over()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        using var folder = new TempFolder();
        var (front, back) = (await scene.NetworkAsync("front", "172.31.77.0/24"), await scene.NetworkAsync("back"));
        var volume = scene.Volume("named");
        var port = SampleApps.FreePort().ToString(CultureInfo.InvariantCulture);
        var before = await scene.CreateAsync(request => request with
        {
            Config = request.Config with
            {
                Hostname = "thing.example.org",
                Domainname = "example.org",
                Env = ["THING_DB=/data/thing.db", "THING_VERSION=overridden"],
                Labels = new Dictionary<string, string> { ["mine"] = "1", ["vendor.version"] = "mine" },
                Cmd = ["serve1", "--fast"],
                User = "1500:1500",
                WorkingDir = "/tmp",
                StopSignal = "SIGTERM",
                StopTimeout = 7,
                Healthcheck = new HealthcheckConfig { Test = ["CMD", "mine"], Interval = 9_000_000_000, Timeout = 3_000_000_000, Retries = 9, StartPeriod = 1_000_000_000 },
                ExposedPorts = DockerScene.Marks("7777/udp"),
                Volumes = DockerScene.Marks("/mine"),
            },
            HostConfig = new HostConfig
            {
                Binds = [$"{folder.File("")}:/bound:ro", $"{volume}:/named"],
                Mounts = [new MountSpec { Type = "volume", Target = "/long" }, new MountSpec { Type = "bind", Source = folder.File(""), Target = "/bound2", ReadOnly = true }],
                Tmpfs = new Dictionary<string, string> { ["/scratch"] = "size=1m" },
                PortBindings = new Dictionary<string, IReadOnlyList<PortBinding>?> { ["8080/tcp"] = [new PortBinding { HostIp = "127.0.0.1", HostPort = port }] },
                RestartPolicy = new RestartPolicy { Name = "on-failure", MaximumRetryCount = 4 },
                LogConfig = new LogConfig { Type = "json-file", Config = new Dictionary<string, string> { ["max-size"] = "1m", ["max-file"] = "2" } },
                Ulimits = [new Ulimit { Name = "nofile", Soft = 100, Hard = 200 }],
                ExtraHosts = ["other:10.1.2.3"],
                Init = true,
                Memory = 64 * 1024 * 1024,
                NanoCpus = 500_000_000,
                NetworkMode = front,
                Extra = Properties("""{"Dns":["1.1.1.1"],"DnsSearch":["example.org"],"DnsOptions":["ndots:2"],"CapAdd":["NET_ADMIN"],"CapDrop":["MKNOD"],"SecurityOpt":["no-new-privileges"],"Devices":[{"PathOnHost":"/dev/null","PathInContainer":"/dev/mine","CgroupPermissions":"r"}],"GroupAdd":["1600"],"Sysctls":{"net.ipv4.ip_unprivileged_port_start":"0"},"ShmSize":1048576,"OomScoreAdj":100,"PidsLimit":64,"CpuShares":512}"""),
            },
            Networks = new Dictionary<string, EndpointSettings>
            {
                [front] = new() { Aliases = ["web"], IPAMConfig = new EndpointIpamConfig { IPv4Address = "172.31.77.9" } },
                [back] = new() { Aliases = ["inner", "deeper"] },
            },
        });
        await scene.Engine.StartContainerAsync(scene.Name, default);
        await scene.Engine.StopContainerAsync(scene.Name, TimeSpan.FromSeconds(1), default);

        await scene.Host.SwapAsync(scene.Context, await scene.SourceAsync(), Label, default);
        await scene.Engine.StartContainerAsync(scene.Name, default);
        var after = await scene.Engine.InspectContainerAsync(scene.Name, default);

        var (was, now) = (before.Config!, after.Config!);
        Assert.NotEqual(before.Id, after.Id);
        Assert.Equal(("thing.example.org", "example.org", "1500:1500", "/tmp", "SIGTERM", 7), (now.Hostname, now.Domainname, now.User, now.WorkingDir, now.StopSignal, now.StopTimeout));
        Assert.Equal(["serve1", "--fast"], now.Cmd!);
        Assert.Contains("THING_DB=/data/thing.db", now.Env!);
        Assert.Contains("THING_VERSION=overridden", now.Env!);
        Assert.Equal(("1", "mine"), (now.Labels!["mine"], now.Labels["vendor.version"]));
        Assert.Equal(JsonSerializer.Serialize(was.Healthcheck), JsonSerializer.Serialize(now.Healthcheck));
        Assert.Contains("7777/udp", now.ExposedPorts!.Keys);
        Assert.Contains("8080/tcp", now.ExposedPorts.Keys);

        // All of the host configuration, as the engine itself writes it, but for what the swap is about.
        var (hostWas, hostNow) = (Host(before), Host(after));
        foreach (var name in hostWas.Keys.Except(s_ofTheEngine).Except(["Binds", "Mounts"])) Assert.Equal((name, hostWas[name]), (name, hostNow[name]));
        Assert.Equal(before.Mounts!.Select(Text).Order(), after.Mounts!.Select(Text).Order());

        Assert.Equal(new[] { back, front }.Order(), after.NetworkSettings!.Networks!.Keys.Order());
        var (frontEnd, backEnd) = (after.NetworkSettings.Networks[front], after.NetworkSettings.Networks[back]);
        Assert.Equal(("172.31.77.9", "172.31.77.9"), (frontEnd.IPAMConfig!.IPv4Address, frontEnd.IPAddress));
        Assert.Equal(["web"], Own(frontEnd));
        Assert.Equal(["inner", "deeper"], Own(backEnd));
        Assert.DoesNotContain(before.Id[..12], backEnd.Aliases!);
        Assert.Equal([port], after.NetworkSettings.Ports!["8080/tcp"]!.Select(binding => binding.HostPort));
        Assert.Equal("127.0.0.1", after.NetworkSettings.Ports["8080/tcp"]![0].HostIp);

        // The engine adds the short id and the host name by itself.
        IEnumerable<string> Own(EndpointSettings end) => end.Aliases!.Where(alias => !after.Id.StartsWith(alias, StringComparison.Ordinal) && alias != "thing.example.org");
    }

    [SkippableFact]
    public async Task Nothing_that_came_from_the_image_before_goes_over()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var before = await scene.CreateAsync();
        Assert.Contains("THING_VERSION=1.0.0", before.Config!.Env!);

        await scene.Host.SwapAsync(scene.Context, await scene.SourceAsync(), Label, default);

        var now = (await scene.Engine.InspectContainerAsync(scene.Name, default)).Config!;
        Assert.Equal(["PATH=/bin", "THING_VERSION=2.0.0"], now.Env!);
        Assert.Equal(["only.2", "vendor.version"], now.Labels!.Keys.Where(key => !ContainerLabels.IsOwn(key)).Order());
        Assert.Equal("2.0.0", now.Labels["vendor.version"]);
        Assert.Equal(["/run.sh"], now.Entrypoint!);
        Assert.Equal(["serve2"], now.Cmd!);
        Assert.Equal(["CMD", "true", "2.0.0"], now.Healthcheck!.Test!);
        Assert.Equal(["8082/tcp"], now.ExposedPorts!.Keys);
        Assert.Equal(("/work2", "1002", "SIGTERM"), (now.WorkingDir, now.User, now.StopSignal));
        Assert.Equal(["/data"], now.Volumes!.Keys);
        Assert.NotEqual(before.Config.Hostname, now.Hostname);
    }

    [SkippableFact]
    public async Task Data_in_an_anonymous_volume_is_there_afterwards_and_on_the_way_back_and_after_the_old_one_is_dropped()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var write = await scene.ImageAsync("1.0.0", "echo $1 >> /data/notes; exec cat /data/notes", own => own with { User = null });
        var before = await scene.CreateAsync(image: write, start: true);
        await scene.Engine.WaitContainerAsync(scene.Name, default);
        await scene.ImageAsync("2.0.0", "echo second >> /data/notes; exec cat /data/notes", own => own with { User = null });
        var source = await scene.Host.FetchAsync(scene.Context, new() { Version = AppVersion.Parse("2.0.0") }, default);

        var point = await scene.Host.SwapAsync(scene.Context, source, Label, default);
        await scene.Engine.StartContainerAsync(scene.Name, default);
        await scene.Engine.WaitContainerAsync(scene.Name, default);

        Assert.Equal(["serve1", "second"], await scene.Host.ReadLogAsync(scene.Context, 10, null, default));
        await scene.Host.UndoSwapAsync(scene.Context, point, default);
        await scene.Host.StartAsync(scene.Context, default);
        await scene.Engine.WaitContainerAsync(scene.Name, default);
        Assert.Equal(["serve1", "second", "serve1"], (await scene.Host.ReadLogAsync(scene.Context, 10, null, default)).TakeLast(3));
        var again = await scene.Host.SwapAsync(scene.Context, source, Label + "/again", default);
        await scene.Host.DropAsync(scene.Context, again, default);
        await scene.Host.DropAsync(scene.Context, again, default);
        Assert.Equal([scene.Name], await scene.ContainersAsync());
        Assert.Equal(before.Mounts!.Single().Name, (await scene.Engine.InspectContainerAsync(scene.Name, default)).Mounts!.Single().Name);
        Assert.Equal("serve1", (await ContainerFiles.ReadTextAsync(scene.Engine, scene.Name, "/data/notes", default)).Split('\n')[0]);
    }

    [SkippableFact]
    public async Task The_old_container_stays_stopped_and_renamed_with_its_restart_policy_off_and_gets_all_back()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var before = await scene.CreateAsync(request => request with { HostConfig = new HostConfig { RestartPolicy = new RestartPolicy { Name = "on-failure", MaximumRetryCount = 4 } } });
        var source = await scene.SourceAsync();

        var point = await scene.Host.SwapAsync(scene.Context, source, Label, default);

        Assert.Equal("Container", point.Kind);
        Assert.Equal("1.0.0", point.Version!.Text);
        var kept = await scene.Engine.InspectContainerAsync(point.Location, default);
        Assert.Equal((before.Id, "no", false), (kept.Id, kept.HostConfig!.RestartPolicy!.Name, kept.State!.Running));
        var present = await scene.Engine.InspectContainerAsync(scene.Name, default);
        Assert.Equal(("on-failure", 4), (present.HostConfig!.RestartPolicy!.Name, present.HostConfig.RestartPolicy.MaximumRetryCount));
        Assert.Equal("2.0.0", (await scene.Host.ReadInstalledVersionAsync(scene.Context, default))!.Text);
        Assert.True(await scene.Host.IsInstalledAsync(scene.Context, source, default));

        var same = await scene.Host.SwapAsync(scene.Context, source, Label, default);
        Assert.Equal((point.Location, point.Data["id"]), (same.Location, same.Data["id"]));

        await scene.Host.UndoSwapAsync(scene.Context, point, default);
        await scene.Host.UndoSwapAsync(scene.Context, point, default);
        Assert.Equal([scene.Name], await scene.ContainersAsync());
        var back = await scene.Engine.InspectContainerAsync(scene.Name, default);
        Assert.Equal((before.Id, "on-failure", 4), (back.Id, back.HostConfig!.RestartPolicy!.Name, back.HostConfig.RestartPolicy.MaximumRetryCount));
        Assert.Equal("1.0.0", (await scene.Host.ReadInstalledVersionAsync(scene.Context, default))!.Text);
        Assert.False(await scene.Host.IsInstalledAsync(scene.Context, source, default));

        // What runs again is never dropped.
        await scene.Host.DropAsync(scene.Context, point, default);
        Assert.Equal([scene.Name], await scene.ContainersAsync());
    }

    [SkippableFact]
    public async Task One_that_runs_is_neither_swapped_nor_put_back_nor_dropped()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        await scene.CreateAsync(start: true);
        var source = await scene.SourceAsync();

        Assert.Equal("ServiceRunning", (await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.SwapAsync(scene.Context, source, Label, default))).ErrorId);
        await scene.Host.StopAsync(scene.Context, null, default);
        var point = await scene.Host.SwapAsync(scene.Context, source, Label, default);
        await scene.Host.StartAsync(scene.Context, default);
        Assert.Equal("ServiceRunning", (await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.UndoSwapAsync(scene.Context, point, default))).ErrorId);
        await scene.Engine.StartContainerAsync(point.Location, default);
        Assert.Equal("ServiceRunning", (await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.DropAsync(scene.Context, point, default))).ErrorId);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Killed_between_two_steps_it_is_finished_by_doing_it_again(int steps)
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var before = await scene.CreateAsync(WithPolicy);
        var source = await scene.SourceAsync();
        await KillAsync(scene, steps, host => host.SwapAsync(scene.Context, source, Label, default));

        var point = await scene.Host.SwapAsync(scene.Context, source, Label, default);

        Assert.Equal(new[] { scene.Name, point.Location }.Order(StringComparer.Ordinal), await scene.ContainersAsync());
        var (present, kept) = (await scene.Engine.InspectContainerAsync(scene.Name, default), await scene.Engine.InspectContainerAsync(point.Location, default));
        Assert.Equal((before.Id, "no"), (kept.Id, kept.HostConfig!.RestartPolicy!.Name));
        Assert.Equal("unless-stopped", present.HostConfig!.RestartPolicy!.Name);
        Assert.Equal("unless-stopped", point.Data["restartPolicy"]);
        await scene.Host.UndoSwapAsync(scene.Context, point, default);
        Assert.Equal((before.Id, "unless-stopped"), await PresentAsync(scene));
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Killed_between_two_steps_the_old_one_starts_again_all_the_same(int steps)
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var before = await scene.CreateAsync(WithPolicy);
        var source = await scene.SourceAsync();
        await KillAsync(scene, steps, host => host.SwapAsync(scene.Context, source, Label, default));

        await scene.Host.StartAsync(scene.Context, default);

        Assert.Equal((before.Id, "unless-stopped"), await PresentAsync(scene));
        Assert.Equal([scene.Name], await scene.ContainersAsync());
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Killed_on_the_way_back_it_is_finished_by_doing_it_again(int steps)
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var before = await scene.CreateAsync(WithPolicy);
        var point = await scene.Host.SwapAsync(scene.Context, await scene.SourceAsync(), Label, default);
        await KillAsync(scene, steps, host => host.UndoSwapAsync(scene.Context, point, default));

        await scene.Host.UndoSwapAsync(scene.Context, point, default);

        Assert.Equal((before.Id, "unless-stopped"), await PresentAsync(scene));
        Assert.Equal([scene.Name], await scene.ContainersAsync());
    }

    [SkippableFact]
    public async Task A_failed_container_that_can_not_be_removed_keeps_nobody_from_going_back()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var before = await scene.CreateAsync(request => request with { HostConfig = new HostConfig { RestartPolicy = new RestartPolicy { Name = "always" } } });
        var point = await scene.Host.SwapAsync(scene.Context, await scene.SourceAsync(), Label, default);
        await using var refusing = new DockerHost(_ => RefusingEngine.Over(scene.Engine, nameof(IContainerEngine.RemoveContainerAsync)));

        await refusing.UndoSwapAsync(scene.Context, point, default);
        await refusing.StartAsync(scene.Context, default);

        Assert.Equal((before.Id, "always"), await PresentAsync(scene));
        var left = (await scene.ContainersAsync()).Single(name => name != scene.Name);
        Assert.Contains(scene.Operation.Warnings, warning => warning.Contains("docker rm " + left, StringComparison.Ordinal));
        Assert.Equal("no", (await scene.Engine.InspectContainerAsync(left, default)).HostConfig!.RestartPolicy!.Name);

        // Done again, that swap has the policy all the same.
        await scene.Host.StopAsync(scene.Context, TimeSpan.FromSeconds(1), default);
        await scene.Host.SwapAsync(scene.Context, await scene.SourceAsync(), Label, default);
        Assert.Equal("always", (await PresentAsync(scene)).Policy);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Killed_a_second_time_the_restart_policy_is_not_lost(int steps)
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var before = await scene.CreateAsync(WithPolicy);
        var source = await scene.SourceAsync();
        await KillAsync(scene, 2, host => host.SwapAsync(scene.Context, source, Label, default));
        await KillAsync(scene, steps, host => host.SwapAsync(scene.Context, source, Label, default));

        var point = await scene.Host.SwapAsync(scene.Context, source, Label, default);

        Assert.Equal("unless-stopped", (await PresentAsync(scene)).Policy);
        Assert.Equal("no", (await scene.Engine.InspectContainerAsync(before.Id, default)).HostConfig!.RestartPolicy!.Name);
        await scene.Host.UndoSwapAsync(scene.Context, point, default);
        Assert.Equal((before.Id, "unless-stopped"), await PresentAsync(scene));
    }

    [SkippableFact]
    public async Task A_swap_that_the_engine_refuses_leaves_all_as_it_was()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var before = await scene.CreateAsync(WithPolicy);
        var source = await scene.SourceAsync();
        source = source with { Image = source.Image! with { ImageId = "sha256:" + new string('0', 64) } };

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.SwapAsync(scene.Context, source, Label, default));

        Assert.Equal("ArtifactSwapFailed", failure.ErrorId);
        Assert.Equal((before.Id, "unless-stopped"), await PresentAsync(scene));
        Assert.Equal([scene.Name], await scene.ContainersAsync());
    }

    private static ContainerCreateRequest WithPolicy(ContainerCreateRequest request) => request with { HostConfig = new HostConfig { RestartPolicy = new RestartPolicy { Name = "unless-stopped" } } };

    private static async Task KillAsync(DockerScene scene, int steps, Func<DockerHost, Task> act)
    {
        await using var dying = new DockerHost(_ => DyingEngine.Over(scene.Engine, steps));
        await Assert.ThrowsAsync<KilledException>(() => act(dying));
    }

    private static async Task<(string Id, string? Policy)> PresentAsync(DockerScene scene)
    {
        var present = await scene.Engine.InspectContainerAsync(scene.Name, default);
        return (present.Id, present.HostConfig!.RestartPolicy!.Name);
    }

    private static string Text(MountPoint mount) => $"{mount.Type} {mount.Name} {mount.Source} {mount.Destination} {mount.RW}";

    private static Dictionary<string, string> Host(ContainerInspect container) =>
        JsonSerializer.SerializeToElement(container.HostConfig!, EngineJson.Default.HostConfig).EnumerateObject().ToDictionary(property => property.Name, property => property.Value.GetRawText());

    private static Dictionary<string, JsonElement> Properties(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.Clone());
    }
}
