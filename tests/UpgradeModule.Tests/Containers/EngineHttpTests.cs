using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Addresses;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Containers.Registries;
using UpgradeModule.Engine.Containers.Transports;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Containers;

/// <summary>What the engines at hand can't be made to do: other API versions, odd answers. A stand-in on the loopback answers.</summary>
public class EngineHttpTests
{
    [Theory]
    [InlineData("1.41", "1.12", "v1.41")]
    [InlineData("1.47", "1.24", "v1.47")]
    [InlineData("1.52", "1.44", "v1.52")]
    [InlineData("1.60", "1.44", "v1.52")]
    [InlineData("1.41", null, "v1.41")]
    public async Task The_newest_version_that_both_know_is_spoken(string newest, string? oldest, string spoken)
    {
        using var stand = new StandIn(newest, oldest);
        await using var engine = stand.Open();
        await engine.GetInfoAsync(CancellationToken.None);
        await engine.GetInfoAsync(CancellationToken.None);
        Assert.Equal(["/version", $"/{spoken}/info", $"/{spoken}/info"], stand.Paths);
        Assert.Equal(spoken, "v" + (await engine.GetVersionAsync(CancellationToken.None)).ApiVersion);
    }

    [Theory]
    [InlineData("1.40", "1.12", "1.41 is the oldest")]
    [InlineData("1.70", "1.60", "1.52 is the newest")]
    [InlineData("", null, "neither Docker nor Podman")]
    public async Task An_engine_with_no_version_in_common_is_refused_by_name(string newest, string? oldest, string says)
    {
        using var stand = new StandIn(newest, oldest);
        await using var engine = stand.Open();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => engine.GetInfoAsync(CancellationToken.None));
        Assert.Equal(("ContainerEngineNotSupported", engine.Address), (failure.ErrorId, failure.Target));
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Behind_a_proxy_that_lets_only_the_ping_through_its_header_tells_the_version()
    {
        using var stand = new StandIn("1.43", "1.24") { Answer = path => path == "/version" ? (403, "no") : null };
        await using var engine = stand.Open();
        var version = await engine.GetVersionAsync(CancellationToken.None);
        Assert.Equal(("Docker", new Version(1, 43), "25.0.3"), (version.Name, version.ApiVersion, version.Version));
    }

    [Fact]
    public async Task A_failed_question_for_the_version_is_asked_again_the_next_time()
    {
        var down = true;
        using var stand = new StandIn("1.43", "1.24") { Answer = path => down ? (500, "{\"message\":\"starting\"}") : null };
        await using var engine = stand.Open();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => engine.GetInfoAsync(CancellationToken.None));
        Assert.Equal("ContainerEngineUnreachable", failure.ErrorId);
        down = false;
        await engine.GetInfoAsync(CancellationToken.None);
    }

    [Fact]
    public async Task All_networks_are_given_at_once_where_the_engine_takes_them_and_the_hardware_address_goes_to_the_first()
    {
        using var stand = new StandIn("1.44", "1.24") { Answer = path => path.EndsWith("/containers/create", StringComparison.Ordinal) ? (201, """{"Id":"abc"}""") : null };
        await using var engine = stand.Open();
        await engine.CreateContainerAsync(Request(), CancellationToken.None);
        var body = JsonNode.Parse(Assert.Single(stand.Bodies, body => body.Contains("HostConfig", StringComparison.Ordinal)))!;
        var endpoints = body["NetworkingConfig"]!["EndpointsConfig"]!.AsObject();
        Assert.Equal(["main", "other"], endpoints.Select(endpoint => endpoint.Key));
        Assert.Equal("02:42:ac:11:00:02", endpoints["main"]!["MacAddress"]!.GetValue<string>());
        Assert.Null(body["MacAddress"]);
        Assert.Equal("main", body["HostConfig"]!["NetworkMode"]!.GetValue<string>());
        Assert.DoesNotContain(stand.Paths, path => path.EndsWith("/connect", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_network_is_given_and_the_others_are_connected_where_the_engine_takes_one()
    {
        using var stand = new StandIn("1.43", "1.24") { Answer = path => path.EndsWith("/containers/create", StringComparison.Ordinal) ? (201, """{"Id":"abc"}""") : null };
        await using var engine = stand.Open();
        await engine.CreateContainerAsync(Request(), CancellationToken.None);
        var body = JsonNode.Parse(Assert.Single(stand.Bodies, body => body.Contains("HostConfig", StringComparison.Ordinal)))!;
        Assert.Equal(["main"], body["NetworkingConfig"]!["EndpointsConfig"]!.AsObject().Select(endpoint => endpoint.Key));
        Assert.Equal("02:42:ac:11:00:02", body["MacAddress"]!.GetValue<string>());
        Assert.Contains("/v1.43/networks/other/connect", stand.Paths);
        Assert.Contains(stand.Bodies, text => text.Contains("\"Aliases\":[\"o\"]", StringComparison.Ordinal) && text.Contains("\"Container\":\"abc\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_an_inspect_has_that_nobody_here_knows_goes_into_the_next_container()
    {
        const string Inspect = """
            {"Id":"abc","Name":"/app","Config":{"Image":"i:1","Env":["A=1"],"NewThing":{"a":[1,2]}},
             "HostConfig":{"NetworkMode":"default","ShmSize":67108864,"CapAdd":["NET_ADMIN"],"Annotations":{"x":"y"},"Ulimits":[{"Name":"RLIMIT_NOFILE","Soft":1,"Hard":2}],
                           "PortBindings":{"80/tcp":[{"HostIp":"","HostPort":"8080"}]},"Mounts":[{"Type":"volume","Source":"v","Target":"/v","VolumeOptions":{"NoCopy":true}}]},
             "NetworkSettings":{"Networks":{"bridge":{"NetworkID":"n","IPAddress":"172.17.0.2"}}},"Future":7}
            """;
        using var stand = new StandIn("1.52", "1.44") { Answer = path => path.EndsWith("/containers/create", StringComparison.Ordinal) ? (201, """{"Id":"def"}""") : path.EndsWith("/abc/json", StringComparison.Ordinal) ? (200, Inspect) : null };
        await using var engine = stand.Open();
        var old = await engine.InspectContainerAsync("abc", CancellationToken.None);
        Assert.Equal("7", old.Extra!["Future"].ToString());
        await engine.CreateContainerAsync(new ContainerCreateRequest { Name = "app", Config = old.Config!, HostConfig = old.HostConfig!, Networks = old.NetworkSettings!.Networks }, CancellationToken.None);
        var body = JsonNode.Parse(Assert.Single(stand.Bodies, text => text.Contains("HostConfig", StringComparison.Ordinal)))!;
        Assert.Equal("""{"a":[1,2]}""", body["NewThing"]!.ToJsonString());
        Assert.Equal("""{"80/tcp":{}}""", body["ExposedPorts"]!.ToJsonString());
        var host = body["HostConfig"]!;
        Assert.Equal("67108864", host["ShmSize"]!.ToJsonString());
        Assert.Equal("""["NET_ADMIN"]""", host["CapAdd"]!.ToJsonString());
        Assert.Equal("""{"x":"y"}""", host["Annotations"]!.ToJsonString());
        Assert.Equal("""[{"Name":"nofile","Soft":1,"Hard":2}]""", host["Ulimits"]!.ToJsonString());
        Assert.Equal("""{"NoCopy":true}""", host["Mounts"]![0]!["VolumeOptions"]!.ToJsonString());
        Assert.Null(body["NetworkingConfig"]);
    }

    [Theory]
    [InlineData("bridge", "custom", "custom")]
    [InlineData(null, "custom", "custom")]
    [InlineData("host", "host", "host")]
    [InlineData("container:abc", "bridge", "container:abc")]
    [InlineData("ns:/run/netns/x", null, "ns:/run/netns/x")]
    [InlineData("slirp4netns", "bridge", "slirp4netns")]
    [InlineData("custom", null, "custom")]
    public async Task The_network_mode_is_what_the_networks_say(string? mode, string? network, string expected)
    {
        using var stand = new StandIn("1.43", "1.24") { Answer = path => path.EndsWith("/containers/create", StringComparison.Ordinal) ? (201, """{"Id":"abc"}""") : null };
        await using var engine = stand.Open();
        var networks = network is null ? null : new Dictionary<string, EndpointSettings> { [network] = new() };
        await engine.CreateContainerAsync(new ContainerCreateRequest { Config = new ContainerConfig { Image = "i" }, HostConfig = new HostConfig { NetworkMode = mode }, Networks = networks }, CancellationToken.None);
        var body = JsonNode.Parse(Assert.Single(stand.Bodies, text => text.Contains("HostConfig", StringComparison.Ordinal)))!;
        Assert.Equal(expected, body["HostConfig"]!["NetworkMode"]!.GetValue<string>());
        if (expected == "custom") Assert.Equal(["custom"], body["NetworkingConfig"]!["EndpointsConfig"]!.AsObject().Select(endpoint => endpoint.Key));
        else Assert.Null(body["NetworkingConfig"]);
    }

    [Theory]
    [InlineData(500, """{"message":"Get https://me:s3cret@registry.example/v2/: EOF"}""", "RegistryUnreachable")]
    [InlineData(404, """{"message":"pull access denied for x, repository does not exist or may require 'docker login': denied: requested access to the resource is denied"}""", "ImageNotFound")]
    [InlineData(500, """{"message":"toomanyrequests: You have reached your pull rate limit"}""", "RegistryUnreachable")]
    [InlineData(500, """{"message":"write /var/lib/docker/tmp/x: no space left on device"}""", "DiskFull")]
    [InlineData(404, """{"message":"no matching manifest for linux/arm64/v8 in the manifest list entries"}""", "PlatformMismatch")]
    [InlineData(500, """{"message":"image with reference x:1 was found but does not match the specified platform: wanted linux/arm64, actual: linux/amd64"}""", "PlatformMismatch")]
    [InlineData(200, """{"error":"initializing source docker://x:1: pinging container registry: Get \"https://x/v2/\": dial tcp: lookup x: no such host"}""", "RegistryUnreachable")]
    [InlineData(200, """{"errorDetail":{"message":"x"},"error":"initializing source: unable to retrieve auth token: invalid username/password: unauthorized: incorrect username or password"}""", "RegistryLoginFailed")]
    [InlineData(200, """{"error":"initializing source: requesting bearer token: invalid status code from registry 403 (Forbidden)"}""", "RegistryLoginFailed")]
    [InlineData(200, """{"error":"something new"}""", "ContainerEngineFailed")]
    [InlineData(404, """{"message":"failed to resolve reference \"x:1\": no match for platform in manifest: not found"}""", "PlatformMismatch")]
    [InlineData(404, """{"message":"manifest for registry.example/certificate/unauthorized:1 not found: manifest unknown"}""", "ImageNotFound", "registry.example/certificate/unauthorized:1")]
    [InlineData(500, """{"message":"token s3cret refused: unauthorized"}""", "RegistryLoginFailed")]
    [InlineData(500, """<html>proxy error</html>""", "ContainerEngineFailed")]
    public async Task Why_a_pull_failed_is_told_from_the_engines_words(int status, string answer, string id, string reference = "registry.example/x:1")
    {
        using var stand = new StandIn("1.43", "1.24") { Answer = path => path.EndsWith("/images/create", StringComparison.Ordinal) ? (status, answer) : null };
        await using var engine = stand.Open();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => engine.PullImageAsync(new ImagePullRequest { Reference = reference, Platform = "linux/arm64", Credential = new RegistryCredential("me", "s3cret") }, null, CancellationToken.None));
        Assert.Equal(id, failure.ErrorId);
        Assert.DoesNotContain("s3cret", failure.ToString(), StringComparison.Ordinal);
        Assert.NotNull(failure.Remedy);
    }

    [Theory]
    [InlineData(2, null)]
    [InlineData(1000, "ContainerStartFailed")]
    public async Task A_container_whose_last_task_is_still_being_cleared_away_is_started_a_little_later(int refused, string? id)
    {
        var asked = 0;
        using var stand = new StandIn("1.41", "1.24") { Answer = path => !path.EndsWith("/start", StringComparison.Ordinal) ? null : ++asked <= refused ? (500, """{"message":"task 6afc: already exists"}""") : (204, "") };
        await using var engine = stand.Open();
        var failure = await Record.ExceptionAsync(() => engine.StartContainerAsync("app", CancellationToken.None));
        Assert.Equal(id, (failure as UpgradeException)?.ErrorId);
        Assert.Equal(id is null ? 3 : 10, asked);
    }

    [Fact]
    public async Task A_pull_that_breaks_off_half_way_is_no_success()
    {
        using var stand = new StandIn("1.43", "1.24") { Break = path => path.EndsWith("/images/create", StringComparison.Ordinal) };
        await using var engine = stand.Open();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => engine.PullImageAsync(new ImagePullRequest { Reference = "x:1" }, null, CancellationToken.None));
        Assert.Contains(failure.ErrorId, new[] { "ContainerEngineUnreachable", "ContainerEngineFailed" });
    }

    [Fact]
    public async Task A_pull_that_ends_without_its_digest_does_not_pass_an_older_image_for_the_new_one()
    {
        using var stand = new StandIn("1.43", "1.24") { Answer = path => path.EndsWith("/images/create", StringComparison.Ordinal) ? (200, "{\"status\":\"Pulling fs layer\",\"id\":\"a\"}") : path.EndsWith("/x:1/json", StringComparison.Ordinal) ? (200, "{\"Id\":\"sha256:old\"}") : null };
        await using var engine = stand.Open();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => engine.PullImageAsync(new ImagePullRequest { Reference = "x:1" }, null, CancellationToken.None));
        Assert.Equal(("ContainerEngineFailed", "x:1"), (failure.ErrorId, failure.Target));
    }

    [Theory]
    [InlineData("1.48", "")]
    [InlineData("1.49", "?platform=%7B%22architecture%22%3A%22arm64%22%2C%22os%22%3A%22linux%22%7D")]
    public async Task Where_one_name_holds_several_platforms_the_one_that_was_asked_for_is_looked_at(string api, string query)
    {
        using var stand = new StandIn(api, "1.24") { Answer = path => path.EndsWith("/images/create", StringComparison.Ordinal) ? (200, "{\"status\":\"Digest: sha256:abc\"}") : path.EndsWith("/x:1/json", StringComparison.Ordinal) ? (200, "{\"Id\":\"sha256:new\",\"Os\":\"linux\",\"Architecture\":\"arm64\"}") : null };
        await using var engine = stand.Open();
        var pulled = await engine.PullImageAsync(new ImagePullRequest { Reference = "x:1", Platform = "linux/arm64" }, null, CancellationToken.None);
        Assert.Equal(("x@sha256:abc", "linux/arm64"), (pulled.Digest, pulled.Image.Platform));
        Assert.Equal($"/v{api}/images/x:1/json" + query, stand.Requests[^1]);
    }

    [Fact]
    public async Task An_answer_that_is_not_the_apis_is_said()
    {
        using var stand = new StandIn("1.43", "1.24") { Answer = path => path.EndsWith("/info", StringComparison.Ordinal) ? (200, "<html>") : null };
        await using var engine = stand.Open();
        Assert.Equal("ContainerEngineFailed", (await Assert.ThrowsAsync<UpgradeException>(() => engine.GetInfoAsync(CancellationToken.None))).ErrorId);
    }

    private static ContainerCreateRequest Request() => new()
    {
        Config = new ContainerConfig { Image = "i", MacAddress = "02:42:ac:11:00:02" },
        HostConfig = new HostConfig { NetworkMode = "main" },
        Networks = new Dictionary<string, EndpointSettings> { ["other"] = new() { Aliases = ["o"] }, ["main"] = new() { Aliases = ["m"] } },
    };

    [Fact]
    public async Task An_engine_that_hangs_is_given_up_unless_what_was_asked_takes_as_long_as_it_takes()
    {
        var hanging = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stand = new StandIn("1.43", "1.24")
        {
            Hold = path => path == "/version" ? Task.CompletedTask : path.EndsWith("/wait", StringComparison.Ordinal) ? Task.Delay(1800) : hanging.Task,
            Answer = path => path.EndsWith("/wait", StringComparison.Ordinal) ? (200, """{"StatusCode":3}""") : null,
        };
        var brief = TimeSpan.FromMilliseconds(1000);
        await using var engine = stand.Open(new AnswerLimits { Question = brief, Change = brief, BeyondGrace = brief });
        foreach (var ask in new Func<Task>[]
        {
            () => engine.GetInfoAsync(CancellationToken.None), () => engine.RenameContainerAsync("app", "new", CancellationToken.None),
            () => engine.RemoveContainerAsync("app", true, false, CancellationToken.None), () => engine.StopContainerAsync("app", TimeSpan.FromSeconds(1), CancellationToken.None),
        })
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(ask).WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Equal("ContainerEngineUnreachable", failure.ErrorId);
            Assert.Contains("no answer", failure.Message, StringComparison.Ordinal);
            Assert.Contains("restart it", failure.Remedy!, StringComparison.Ordinal);
        }

        Assert.Equal(3, await engine.WaitContainerAsync("app", CancellationToken.None));
        using var end = new CancellationTokenSource(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.GetInfoAsync(end.Token));
        hanging.SetResult();
    }

    [Theory]
    [InlineData("POST", "/containers/a/stop?t=90", 150)]
    [InlineData("POST", "/containers/a/stop", 600)]
    [InlineData("POST", "/containers/a/stop?t=-1", null)]
    [InlineData("GET", "/containers/json?all=1", 60)]
    [InlineData("GET", "/containers/a/logs?follow=1", null)]
    [InlineData("POST", "/containers/a/attach?stream=1", null)]
    [InlineData("POST", "/containers/a/wait", null)]
    [InlineData("PUT", "/containers/a/archive?path=%2F", null)]
    [InlineData("POST", "/images/create?fromImage=a", null)]
    [InlineData("POST", "/images/load?quiet=1", null)]
    [InlineData("POST", "/exec/a/start", null)]
    [InlineData("POST", "/containers/create?name=a", 600)]
    [InlineData("POST", "/containers/a/start", 600)]
    [InlineData("GET", "/distribution/a/json", 600)]
    public void Each_request_has_the_limit_that_fits_it(string method, string path, int? seconds) =>
        Assert.Equal(seconds, new AnswerLimits().For(new HttpMethod(method), path)?.TotalSeconds is { } limit ? (int)limit : null);

    private sealed class StandIn : IDisposable
    {
        private readonly LoopbackServer _server;

        public StandIn(string newest, string? oldest) => _server = new LoopbackServer(async context =>
        {
            var path = context.Request.Url!.AbsolutePath;
            using var reader = new StreamReader(context.Request.InputStream);
            var body = await reader.ReadToEndAsync();
            lock (Paths)
            {
                Paths.Add(path);
                Requests.Add(context.Request.RawUrl!);
                if (body.Length > 0) Bodies.Add(body);
            }

            if (Hold is not null) await Hold(path);
            context.Response.Headers["Api-Version"] = newest;
            context.Response.Headers["Server"] = "Docker/25.0.3 (linux)";
            context.Response.Headers["OSType"] = "linux";
            if (Break?.Invoke(path) == true)
            {
                context.Response.SendChunked = true;
                await context.Response.OutputStream.WriteAsync("{\"status\":\"Pulling fs layer\",\"id\":\"a\"}\n"u8.ToArray());
                await context.Response.OutputStream.FlushAsync();
                context.Response.Abort();
                return;
            }

            var minimum = oldest is null ? "" : $",\"MinAPIVersion\":\"{oldest}\"";
            var (status, text) = Answer?.Invoke(path) ?? path switch
            {
                "/version" => (200, $"{{\"Version\":\"25.0.3\",\"ApiVersion\":\"{newest}\"{minimum},\"Os\":\"linux\",\"Arch\":\"amd64\",\"Components\":[{{\"Name\":\"Engine\"}}]}}"),
                "/_ping" => (200, "OK"),
                _ when path.Contains("/images/", StringComparison.Ordinal) => (404, "{\"message\":\"No such image\"}"),
                _ => (200, "{}"),
            };
            context.Response.StatusCode = status;
            await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(text));
        });

        public List<string> Paths { get; } = [];

        /// <summary>The paths with their queries.</summary>
        public List<string> Requests { get; } = [];

        public List<string> Bodies { get; } = [];

        public Func<string, (int Status, string Body)?>? Answer { get; init; }

        /// <summary>Awaited before anything is answered.</summary>
        public Func<string, Task>? Hold { get; init; }

        public Func<string, bool>? Break { get; init; }

        public IContainerEngine Open() => ContainerEngines.Open(_server.Url.Replace("http:", "tcp:", StringComparison.Ordinal), new EngineEnvironment { Home = "/nonexistent", Variable = _ => null });

        public IContainerEngine Open(AnswerLimits limits)
        {
            var environment = new EngineEnvironment { Home = "/nonexistent", Variable = _ => null };
            var address = AddressResolver.Resolve(_server.Url.Replace("http:", "tcp:", StringComparison.Ordinal), environment);
            return new ContainerEngine(new EngineHttp(address.Text, EngineTransports.For(address), new Uri(address.Text).Authority) { Limits = limits }, new RegistryLogins(environment));
        }

        public void Dispose() => _server.Dispose();
    }
}
