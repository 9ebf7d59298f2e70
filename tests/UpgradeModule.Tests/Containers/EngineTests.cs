using System.Globalization;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Containers;

/// <summary>The client on real engines, Docker and Podman alike.</summary>
[Collection("Containers")]
public class EngineTests(ContainerEngineFixture docker, PodmanFixture podman) : EngineTestBase(docker, podman)
{
    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task An_engine_tells_who_it_is(string kind)
    {
        var (engine, _) = Require(kind);
        var version = await engine.GetVersionAsync(None);
        Assert.Equal(kind == "docker" ? "Docker" : "Podman", version.Name);
        Assert.Equal("linux", version.Os);
        Assert.InRange(version.ApiVersion, EngineHttp.Oldest, EngineHttp.Newest);
        var info = await engine.GetInfoAsync(None);
        Assert.NotEmpty(info.ID!);
        Assert.Equal("linux", info.OSType);
        Assert.StartsWith(version.Version, info.ServerVersion, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task A_container_is_made_started_looked_at_renamed_stopped_and_removed(string kind)
    {
        var (engine, images) = Require(kind);
        var name = Name("life");
        var created = await engine.CreateContainerAsync(Request(await images.BusyBoxAsync(), name, "trap 'exit 5' TERM; echo up; while :; do sleep 0.1; done") with { HostConfig = new HostConfig { RestartPolicy = new RestartPolicy { Name = "unless-stopped" } } }, None);
        try
        {
            var made = await engine.InspectContainerAsync(name, None);
            Assert.Equal((created.Id, name, "created"), (made.Id, made.PlainName, made.State!.Status));
            Assert.Equal("unless-stopped", made.HostConfig!.RestartPolicy!.Name);
            await engine.StartContainerAsync(name, None);
            await engine.StartContainerAsync(name, None);
            Assert.True((await engine.InspectContainerAsync(created.Id[..12], None)).State!.Running);
            Assert.Contains(await engine.ListContainersAsync(new ContainerQuery { All = false, Labels = ["um-test=life"] }, None), container => container.Id == created.Id && container.PlainName == name);
            Assert.Empty(await engine.ListContainersAsync(new ContainerQuery { Labels = ["um-test=no such value"] }, None));
            await engine.RenameContainerAsync(name, name + "-2", None);
            Assert.Null(await engine.FindContainerAsync(name, None));
            await AwaitLineAsync(engine, created.Id, "up");
            var waiting = engine.WaitContainerAsync(created.Id, None);
            await engine.StopContainerAsync(name + "-2", TimeSpan.FromSeconds(20), None);
            await engine.StopContainerAsync(name + "-2", null, None);
            Assert.Equal(5, await waiting);
            var ended = await engine.InspectContainerAsync(created.Id, None);
            Assert.Equal((false, 5), (ended.State!.Running, ended.State.ExitCode));
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => engine.KillContainerAsync(created.Id, "SIGKILL", None));
            Assert.Equal("ContainerNotRunning", failure.ErrorId);
        }
        finally
        {
            await engine.RemoveContainerAsync(created.Id, force: true, volumes: true, None);
        }

        Assert.Null(await engine.FindContainerAsync(created.Id, None));
        await engine.RemoveContainerAsync(created.Id, force: true, volumes: true, None);
    }

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task What_is_not_there_is_named_by_every_call(string kind)
    {
        var (engine, images) = Require(kind);
        foreach (var name in new[] { "um-test-nobody", "", "..", "a/../b", "ä?x=1" })
        {
            Assert.Null(await engine.FindContainerAsync(name, None));
            Func<Task>[] calls =
            [
                () => engine.InspectContainerAsync(name, None), () => engine.StartContainerAsync(name, None), () => engine.StopContainerAsync(name, null, None), () => engine.KillContainerAsync(name, "SIGTERM", None),
                () => engine.RenameContainerAsync(name, "um-test-other", None), () => engine.UpdateContainerAsync(name, new ContainerUpdate(), None), () => engine.WaitContainerAsync(name, None), () => LinesAsync(engine, name),
                () => engine.FindPathAsync(name, "/etc", None), () => engine.ReadArchiveAsync(name, "/etc", None), () => engine.WriteArchiveAsync(name, "/etc", new MemoryStream(), None),
                () => engine.ExecuteAsync(name, new ExecRequest { Cmd = ["true"] }, null, None),
            ];
            foreach (var call in calls)
            {
                var failure = await Assert.ThrowsAsync<UpgradeException>(call);
                Assert.Equal(("ContainerNotFound", UpgradeErrorCategory.ObjectNotFound, name), (failure.ErrorId, failure.Category, failure.Target));
                Assert.Contains(engine.Address, failure.Message, StringComparison.Ordinal);
            }
        }

        var noImage = await Assert.ThrowsAsync<UpgradeException>(() => engine.CreateContainerAsync(Request("um-test/nothing:1", Name("x"), ":"), None));
        Assert.Equal(("ImageNotFound", "um-test/nothing:1"), (noImage.ErrorId, noImage.Target));
        Assert.Null(await engine.FindImageAsync("um-test/nothing:1", None));
        Assert.Null(await engine.FindNetworkAsync("um-test-nothing", None));
        Assert.Null(await engine.FindVolumeAsync("um-test-nothing", None));
        await engine.RemoveImageAsync("um-test/nothing:1", force: false, None);
        await engine.RemoveNetworkAsync("um-test-nothing", None);
        await engine.RemoveVolumeAsync("um-test-nothing", None);
        var noNetwork = await Assert.ThrowsAsync<UpgradeException>(() => engine.ConnectNetworkAsync("um-test-nothing", "um-test-nobody", null, None));
        Assert.Contains(noNetwork.ErrorId, new[] { "NetworkNotFound", "ContainerNotFound" });
        _ = images;
    }

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task A_name_is_taken_once_only(string kind)
    {
        var (engine, images) = Require(kind);
        var (one, two) = (Name("one"), Name("two"));
        var image = await images.BusyBoxAsync();
        await engine.CreateContainerAsync(Request(image, one, ":"), None);
        try
        {
            await engine.CreateContainerAsync(Request(image, two, ":"), None);
            var made = await Assert.ThrowsAsync<UpgradeException>(() => engine.CreateContainerAsync(Request(image, one, ":"), None));
            Assert.Equal(("ContainerNameTaken", one), (made.ErrorId, made.Target));
            var renamed = await Assert.ThrowsAsync<UpgradeException>(() => engine.RenameContainerAsync(two, one, None));
            Assert.Equal(("ContainerNameTaken", one), (renamed.ErrorId, renamed.Target));
        }
        finally
        {
            await engine.RemoveContainerAsync(one, force: true, volumes: true, None);
            await engine.RemoveContainerAsync(two, force: true, volumes: true, None);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task A_container_that_cannot_start_says_why(string kind)
    {
        var (engine, images) = Require(kind);
        var image = await images.BusyBoxAsync();
        var broken = Name("broken");
        await engine.CreateContainerAsync(new ContainerCreateRequest { Name = broken, Config = new ContainerConfig { Image = image, Entrypoint = ["/no/such/program"] } }, None);
        try
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => engine.StartContainerAsync(broken, None));
            Assert.Equal("ContainerStartFailed", failure.ErrorId);
            Assert.Contains("/no/such/program", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            await engine.RemoveContainerAsync(broken, force: true, volumes: true, None);
        }

        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var taken = Name("port");
        var bindings = new Dictionary<string, IReadOnlyList<PortBinding>?> { ["80/tcp"] = [new PortBinding { HostIp = "127.0.0.1", HostPort = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture) }] };
        await engine.CreateContainerAsync(Request(image, taken, "sleep 60") with { HostConfig = new HostConfig { PortBindings = bindings } }, None);
        try
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => engine.StartContainerAsync(taken, None));
            Assert.Equal(("PortTaken", UpgradeErrorCategory.ResourceBusy), (failure.ErrorId, failure.Category));
        }
        finally
        {
            await engine.RemoveContainerAsync(taken, force: true, volumes: true, None);
        }
    }

    [SkippableFact]
    public async Task The_restart_policy_of_a_container_can_be_taken_off_where_the_engine_can()
    {
        var (engine, images) = Require("docker");
        var name = Name("policy");
        await engine.CreateContainerAsync(Request(await images.BusyBoxAsync(), name, ":") with { HostConfig = new HostConfig { RestartPolicy = new RestartPolicy { Name = "always" } } }, None);
        try
        {
            await engine.UpdateContainerAsync(name, new ContainerUpdate { RestartPolicy = new RestartPolicy { Name = "no" } }, None);
            Assert.Equal("no", (await engine.InspectContainerAsync(name, None)).HostConfig!.RestartPolicy!.Name);
        }
        finally
        {
            await engine.RemoveContainerAsync(name, force: true, volumes: true, None);
        }
    }

    [SkippableFact]
    public async Task Podman_says_that_it_cannot_change_a_container()
    {
        var (engine, images) = Require("podman");
        Skip.If(new Version((await engine.GetVersionAsync(None)).Version.Split('-')[0]).Major >= 5, "This Podman can.");
        var name = Name("policy");
        await engine.CreateContainerAsync(Request(await images.BusyBoxAsync(), name, ":"), None);
        try
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => engine.UpdateContainerAsync(name, new ContainerUpdate { RestartPolicy = new RestartPolicy { Name = "no" } }, None));
            Assert.Equal("ContainerEngineNotSupported", failure.ErrorId);
        }
        finally
        {
            await engine.RemoveContainerAsync(name, force: true, volumes: true, None);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task A_container_is_in_all_its_networks_from_the_start_with_its_names_and_addresses(string kind)
    {
        var (engine, images) = Require(kind);
        var (one, two, name) = (Name("net1"), Name("net2"), Name("many"));
        try
        {
            await engine.CreateNetworkAsync(one, "10.231.7.0/24", None);
            await engine.CreateNetworkAsync(two, null, None);
            var request = Request(await images.BusyBoxAsync(), name, "ip -o addr; sleep 60") with
            {
                HostConfig = new HostConfig { NetworkMode = one },
                Networks = new Dictionary<string, EndpointSettings>
                {
                    [two] = new() { Aliases = ["second"], IPAddress = "1.2.3.4", EndpointID = "nonsense", NetworkID = "nonsense" },
                    [one] = new() { Aliases = ["first", "erste"], IPAMConfig = new EndpointIpamConfig { IPv4Address = "10.231.7.77" } },
                },
            };
            await engine.CreateContainerAsync(request, None);
            await engine.StartContainerAsync(name, None);
            var networks = (await engine.InspectContainerAsync(name, None)).NetworkSettings!.Networks!;
            Assert.Equal([one, two], networks.Keys.Order(StringComparer.Ordinal));
            Assert.Equal("10.231.7.77", networks[one].IPAddress);
            Assert.Superset(new HashSet<string> { "first", "erste" }, networks[one].Aliases!.ToHashSet());
            Assert.Contains("second", networks[two].Aliases!);
            Assert.Equal(one, (await engine.FindNetworkAsync(one, None))!.Name);
            await engine.DisconnectNetworkAsync(two, name, None);
            await engine.DisconnectNetworkAsync(two, name, None);
            Assert.Equal([one], (await engine.InspectContainerAsync(name, None)).NetworkSettings!.Networks!.Keys);
        }
        finally
        {
            await engine.RemoveContainerAsync(name, force: true, volumes: true, None);
            await engine.RemoveNetworkAsync(one, None);
            await engine.RemoveNetworkAsync(two, None);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task A_container_that_cannot_be_connected_is_not_left_behind(string kind)
    {
        var (engine, images) = Require(kind);
        var (network, name) = (Name("net"), Name("half"));
        await engine.CreateNetworkAsync(network, null, None);
        try
        {
            var request = Request(await images.BusyBoxAsync(), name, ":") with { HostConfig = new HostConfig { NetworkMode = network }, Networks = new Dictionary<string, EndpointSettings> { [network] = new(), ["um-test-no-such-network"] = new() } };
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => engine.CreateContainerAsync(request, None));
            Assert.Equal(("NetworkNotFound", "um-test-no-such-network"), (failure.ErrorId, failure.Target));
            Assert.Null(await engine.FindContainerAsync(name, None));
        }
        finally
        {
            await engine.RemoveContainerAsync(name, force: true, volumes: true, None);
            await engine.RemoveNetworkAsync(network, None);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Engines))]
    public async Task Volumes_are_made_mounted_found_and_removed(string kind)
    {
        var (engine, images) = Require(kind);
        var (volume, name) = (Name("volume"), Name("user"));
        var image = await images.BusyBoxAsync();
        try
        {
            Assert.Equal(volume, (await engine.CreateVolumeAsync(volume, new Dictionary<string, string> { ["a"] = "b" }, None)).Name);
            Assert.Equal("b", (await engine.FindVolumeAsync(volume, None))!.Labels!["a"]);
            var host = new HostConfig { Binds = [volume + ":/keep"] };
            await engine.RunAsync(Request(image, Name("writer"), "echo kept >/keep/file") with { HostConfig = host }, null, None);
            Assert.Equal("kept", (await engine.RunAsync(Request(image, Name("reader"), "cat /keep/file") with { HostConfig = host }, null, None)).Text);
            await engine.CreateContainerAsync(Request(image, name, ":") with { HostConfig = host }, None);
            Assert.Equal((volume, "/keep", "volume"), (await engine.InspectContainerAsync(name, None)).Mounts!.Select(mount => (mount.Name, mount.Destination, mount.Type)).Single());
            Assert.Equal([name], (await engine.ListContainersAsync(new ContainerQuery { Volume = volume }, None)).Select(container => container.PlainName));
        }
        finally
        {
            await engine.RemoveContainerAsync(name, force: true, volumes: true, None);
            await engine.RemoveVolumeAsync(volume, None);
        }

        Assert.Null(await engine.FindVolumeAsync(volume, None));
    }

    [SkippableFact]
    public async Task The_sample_app_runs_in_an_image_made_here()
    {
        var (engine, images) = Require("docker");
        var version = await engine.RunAsync(new ContainerCreateRequest { Config = new ContainerConfig { Image = await images.SampleAppAsync("1.1.0"), Cmd = ["--version"] } }, null, None);
        Assert.Equal("SampleApp 1.1.0", version.Text);
        var name = Name("sample");
        var port = SampleApps.FreePort().ToString(CultureInfo.InvariantCulture);
        await engine.CreateContainerAsync(new ContainerCreateRequest
        {
            Name = name,
            Config = new ContainerConfig { Image = await images.SampleAppAsync("2.0.0") },
            HostConfig = new HostConfig { PortBindings = new Dictionary<string, IReadOnlyList<PortBinding>?> { ["8090/tcp"] = [new PortBinding { HostIp = "127.0.0.1", HostPort = port }] } },
        }, None);
        try
        {
            await engine.StartContainerAsync(name, None);
            await AwaitLineAsync(engine, name, "Initialization COMPLETE");
            using var client = new HttpClient();
            Assert.Contains("2.0.0", await client.GetStringAsync($"http://127.0.0.1:{port}/api/properties"), StringComparison.Ordinal);
        }
        finally
        {
            await engine.RemoveContainerAsync(name, force: true, volumes: true, None);
        }
    }

    private static ContainerCreateRequest Request(string image, string name, string script) => ScriptOf(image, name, script) with { Config = ScriptOf(image, name, script).Config with { Labels = new Dictionary<string, string> { ["um-test"] = "life" } } };
}
