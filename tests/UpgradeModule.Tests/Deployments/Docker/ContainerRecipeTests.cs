using System.Text.Json;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Deployments.Docker;

namespace UpgradeModule.Tests.Deployments.Docker;

/// <summary>What of a container goes over to one of another image, worked out from the engine's own words.</summary>
public class ContainerRecipeTests
{
    private const string Id = "a1ce45683e635f972065ec353e916baa862bf9735b88a2c344b6a56e66b237a5";
    private const string New = "app@sha256:2222";

    private static readonly ContainerConfig Image = new()
    {
        Env = ["PATH=/bin", "APP_VERSION=1"],
        Labels = new Dictionary<string, string> { ["vendor"] = "acme", ["org.opencontainers.image.version"] = "1.0" },
        Entrypoint = ["/run.sh"],
        Cmd = ["serve"],
        User = "1000",
        WorkingDir = "/app",
        StopSignal = "SIGINT",
        ExposedPorts = Marks("3000/tcp", "9000/tcp"),
        Volumes = Marks("/data"),
        Healthcheck = new HealthcheckConfig { Test = ["CMD", "true"], Interval = 5 },
    };

    [Fact]
    public void Nothing_that_came_from_the_image_before_goes_over()
    {
        var request = ContainerRecipe.Of(Container(), Image, New);

        Assert.Equal(New, request.Config.Image);
        Assert.Empty(request.Config.Env!);
        Assert.Empty(request.Config.Labels!);
        Assert.Null(request.Config.Cmd);
        Assert.Null(request.Config.Entrypoint);
        Assert.Null(request.Config.Healthcheck);
        Assert.Null(request.Config.ExposedPorts);
        Assert.Null(request.Config.Volumes);
        Assert.Null(request.Config.WorkingDir);
        Assert.Null(request.Config.User);
        Assert.Null(request.Config.StopSignal);
        Assert.Null(request.Config.Hostname);
    }

    [Fact]
    public void What_a_person_gave_goes_over()
    {
        var request = ContainerRecipe.Of(
            Container(config => config with
            {
                Hostname = "app.example.org",
                Env = ["MB_DB_TYPE=postgres", "APP_VERSION=2", .. Image.Env!],
                Labels = new Dictionary<string, string>(Image.Labels!) { ["mine"] = "1", ["vendor"] = "me" },
                User = "2000:2000",
                WorkingDir = "/work",
                StopSignal = "SIGTERM",
                StopTimeout = 70,
                Cmd = ["serve", "--fast"],
                ExposedPorts = Marks("3000/tcp", "9000/tcp", "7000/udp"),
                Healthcheck = new HealthcheckConfig { Test = ["CMD", "true"], Interval = 9 },
            }),
            Image,
            New);

        Assert.Equal("app.example.org", request.Config.Hostname);
        Assert.Equal(["MB_DB_TYPE=postgres", "APP_VERSION=2"], request.Config.Env!);
        Assert.Equal(["mine", "vendor"], request.Config.Labels!.Keys.Order());
        Assert.Equal("me", request.Config.Labels!["vendor"]);
        Assert.Equal("2000:2000", request.Config.User);
        Assert.Equal("/work", request.Config.WorkingDir);
        Assert.Equal("SIGTERM", request.Config.StopSignal);
        Assert.Equal(70, request.Config.StopTimeout);
        Assert.Equal(["serve", "--fast"], request.Config.Cmd!);
        Assert.Null(request.Config.Entrypoint);
        Assert.Equal(["7000/udp"], request.Config.ExposedPorts!.Keys);
        Assert.Null(request.Config.Healthcheck!.Test);
        Assert.Equal(9, request.Config.Healthcheck.Interval);
    }

    [Fact]
    public void A_command_beside_an_entrypoint_of_ones_own_is_ones_own_even_if_it_reads_like_the_images()
    {
        var request = ContainerRecipe.Of(Container(config => config with { Entrypoint = ["/mine.sh"], Cmd = ["serve"] }), Image, New);

        Assert.Equal(["/mine.sh"], request.Config.Entrypoint!);
        Assert.Equal(["serve"], request.Config.Cmd!);
    }

    [Fact]
    public void An_entrypoint_that_was_emptied_stays_empty() =>
        Assert.Equal([""], ContainerRecipe.Of(Container(config => config with { Entrypoint = null, Cmd = ["sh"] }), Image, New).Config.Entrypoint!);

    [Fact]
    public void A_published_port_is_exposed_whatever_the_images_say()
    {
        var request = ContainerRecipe.Of(Container(host: host => host with { PortBindings = new Dictionary<string, IReadOnlyList<PortBinding>?> { ["3000/tcp"] = [new PortBinding { HostPort = "80" }] } }), Image, New);

        Assert.Equal(["3000/tcp"], request.Config.ExposedPorts!.Keys);
    }

    [Fact]
    public void Anonymous_volumes_are_carried_by_their_name()
    {
        var request = ContainerRecipe.Of(
            Container(
                config => config with { Volumes = Marks("/data", "/mine") },
                host => host with { Binds = ["/srv/conf:/conf:ro", "named:/named"], Mounts = [new MountSpec { Type = "volume", Target = "/long" }] }) with
            {
                Mounts =
                [
                    new MountPoint { Type = "bind", Source = "/srv/conf", Destination = "/conf" },
                    new MountPoint { Type = "volume", Name = "named", Destination = "/named", RW = true, Mode = "z" },
                    new MountPoint { Type = "volume", Name = "aaa", Destination = "/data", RW = true },
                    new MountPoint { Type = "volume", Name = "bbb", Destination = "/mine", RW = false },
                    new MountPoint { Type = "volume", Name = "ccc", Destination = "/long", RW = true },
                ],
            },
            Image,
            New);

        Assert.Equal(["/srv/conf:/conf:ro", "named:/named", "aaa:/data", "bbb:/mine:ro"], request.HostConfig.Binds!);
        Assert.Equal("ccc", Assert.Single(request.HostConfig.Mounts!).Source);
        Assert.Null(request.Config.Volumes);
    }

    [Fact]
    public void Volumes_of_another_container_come_from_it_again()
    {
        var request = ContainerRecipe.Of(
            Container(config => config with { Volumes = null }, host => host with { VolumesFrom = ["store"] }) with { Mounts = [new MountPoint { Type = "volume", Name = "aaa", Destination = "/stored", RW = true }] },
            Image,
            New);

        Assert.Null(request.HostConfig.Binds);
        Assert.Equal(["store"], request.HostConfig.VolumesFrom!);
    }

    [Fact]
    public void Networks_go_over_with_aliases_and_fixed_addresses_and_without_what_the_engine_gave()
    {
        var container = Container(host: host => host with { NetworkMode = "back" }) with
        {
            NetworkSettings = new ContainerNetworkSettings
            {
                Networks = new Dictionary<string, EndpointSettings>
                {
                    ["a-first-by-name"] = new() { Aliases = [Id[..12]], NetworkID = "n1", IPAddress = "10.0.0.2", EndpointID = "e", MacAddress = "02:42:ac:1d:05:07" },
                    ["back"] = new() { Aliases = ["app", Id[..12]], IPAMConfig = new EndpointIpamConfig { IPv4Address = "172.29.5.7" }, NetworkID = "n2", IPAddress = "172.29.5.7" },
                },
            },
        };

        var request = ContainerRecipe.Of(container, Image, New);

        Assert.Equal(["back", "a-first-by-name"], request.Networks!.Keys);
        Assert.Equal(["app"], request.Networks!["back"].Aliases!);
        Assert.Equal("172.29.5.7", request.Networks!["back"].IPAMConfig!.IPv4Address);
        Assert.Equal(new EndpointSettings(), request.Networks!["a-first-by-name"]);
        Assert.Equal("back", request.HostConfig.NetworkMode);
    }

    [Theory]
    [InlineData("bridge", "mynet", "mynet")]
    [InlineData("left-since", "mynet", "mynet")]
    [InlineData("default", "bridge", "default")]
    [InlineData("n7", "mynet", "mynet")]
    public void The_network_mode_names_a_network_that_the_container_is_in(string mode, string network, string expected)
    {
        var container = Container(host: host => host with { NetworkMode = mode }) with
        {
            NetworkSettings = new ContainerNetworkSettings { Networks = new Dictionary<string, EndpointSettings> { [network] = new() { NetworkID = "n7" } } },
        };

        Assert.Equal(expected, ContainerRecipe.Of(container, Image, New).HostConfig.NetworkMode);
    }

    [Theory]
    [InlineData("host")]
    [InlineData("none")]
    [InlineData("container:abc")]
    public void Without_networks_of_its_own_none_are_asked_for(string mode)
    {
        var request = ContainerRecipe.Of(Container(config => config with { Hostname = "the-host" }, host => host with { NetworkMode = mode }), Image, New);

        Assert.Equal(mode, request.HostConfig.NetworkMode);
        Assert.Null(request.Networks);
        Assert.Equal(mode == "none" ? "the-host" : null, request.Config.Hostname);
    }

    [Fact]
    public void What_nobody_here_knows_of_the_host_configuration_goes_over_untouched()
    {
        var request = ContainerRecipe.Of(Container(host: host => host with { Extra = Properties("{\"MemorySwap\":7,\"MaskedPaths\":[],\"ContainerIDFile\":\"/run/x\",\"FromTheFuture\":{\"a\":1}}"), Links = ["/db:/app/database"] }), Image, New);

        Assert.Equal(["MemorySwap", "MaskedPaths", "FromTheFuture"], request.HostConfig.Extra!.Keys);
        Assert.Equal("[]", request.HostConfig.Extra["MaskedPaths"].GetRawText());
        Assert.Equal(["db:database"], request.HostConfig.Links!);
    }

    [Fact]
    public void Labels_of_this_module_are_no_persons()
    {
        var request = ContainerRecipe.Of(Container(config => config with { Labels = new Dictionary<string, string> { [ContainerLabels.Swap] = "x", ["a"] = "b" } }), Image, New);

        Assert.Equal(["a"], request.Config.Labels!.Keys);
    }

    [Fact]
    public void What_podman_puts_into_the_environment_stays_behind()
    {
        var container = Container(config => config with { Env = ["container=podman", "HOME=/root", "TERM=xterm", "HOSTNAME=" + Id[..12], "A=b"] });

        Assert.Equal(["A=b"], ContainerRecipe.Of(container, Image, New, podman: true).Config.Env!);
        Assert.Contains("HOME=/root", ContainerRecipe.Of(container, Image, New).Config.Env!);
    }

    private static ContainerInspect Container(Func<ContainerConfig, ContainerConfig>? config = null, Func<HostConfig, HostConfig>? host = null) => new()
    {
        Id = Id,
        Name = "/app",
        Config = (config ?? (own => own))(Image with { Hostname = Id[..12], Image = "app:1" }),
        HostConfig = (host ?? (own => own))(new HostConfig { NetworkMode = "default" }),
    };

    private static Dictionary<string, JsonElement> Marks(params string[] keys) => keys.ToDictionary(key => key, _ => Properties("{\"x\":{}}")["x"]);

    private static Dictionary<string, JsonElement> Properties(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.Clone());
    }
}
