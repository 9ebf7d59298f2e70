using System.Net;
using System.Net.Sockets;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments;

public sealed class HealthProberTests : IDisposable
{
    private static readonly AppVersion Expected = AppVersion.Parse("1.1.0");
    private readonly HealthProber _prober = new();

    public void Dispose() => _prober.Dispose();

    [Fact]
    public async Task Nothing_at_the_address_is_an_answer()
    {
        var report = await ProbeAsync($"http://127.0.0.1:{SampleApps.FreePort()}", SampleApps.Spec);
        Assert.Equal(AppHealth.Unreachable, report.Health);
    }

    [Fact]
    public async Task A_connection_that_is_reset_is_an_answer()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var probe = ProbeAsync($"http://{listener.LocalEndpoint}", SampleApps.Spec);
        for (var i = 0; i < 2 && !probe.IsCompleted; i++)
        {
            var accept = listener.AcceptSocketAsync();
            if (await Task.WhenAny(accept, probe) == probe) break;
            (await accept).Close(0);
        }

        Assert.Equal(AppHealth.Unreachable, (await probe).Health);
    }

    [Fact]
    public async Task An_answer_that_takes_too_long_is_an_answer()
    {
        using var server = new LoopbackServer(_ => Task.Delay(5000));
        var spec = SampleApps.Spec with { Health = SampleApps.Spec.Health with { Readiness = SampleApps.Spec.Health.Readiness! with { TimeoutSeconds = 1 } } };
        var report = await ProbeAsync(server.Url, spec);
        Assert.Equal(AppHealth.Unreachable, report.Health);
        Assert.Contains("1 seconds", report.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_is_told_with_its_progress()
    {
        using var server = LoopbackServer.Of(_ => (503, """{"status":"initializing","progress":0.4}"""));
        var report = await ProbeAsync(server.Url, SampleApps.Spec);
        Assert.Equal(AppHealth.Migrating, report.Health);
        Assert.Equal(0.4, report.Progress);
    }

    [Theory]
    [InlineData("/api/notes")]
    [InlineData("/api/users")]
    public async Task A_200_lies_where_a_deep_probe_fails(string broken)
    {
        using var server = LoopbackServer.Of(path => path == broken ? (500, "no such column") : Good(path));
        var report = await ProbeAsync(server.Url, SampleApps.Spec);
        Assert.Equal(AppHealth.Unhealthy, report.Health);
        Assert.Contains(broken, report.Detail, StringComparison.Ordinal);
        Assert.Equal(AppHealth.Healthy, (await ProbeAsync(server.Url, SampleApps.Spec, deep: false)).Health);
    }

    [Fact]
    public async Task A_200_lies_where_the_body_says_please_wait()
    {
        using var server = LoopbackServer.Of(_ => (200, "SampleApp is starting up, please wait."));
        var report = await ProbeAsync(server.Url, SampleApps.Spec);
        Assert.NotEqual(AppHealth.Healthy, report.Health);
    }

    [Fact]
    public async Task All_as_expected_is_healthy_and_tells_the_version()
    {
        using var server = LoopbackServer.Of(Good);
        var report = await ProbeAsync(server.Url + "/", SampleApps.Spec);
        Assert.Equal(AppHealth.Healthy, report.Health);
        Assert.Equal(Expected, report.Version);
    }

    [Fact]
    public async Task Another_version_is_not_healthy()
    {
        using var server = LoopbackServer.Of(path => path == "/api/properties" ? (200, """{"version":{"tag":"v1.0.0"}}""") : Good(path));
        var report = await ProbeAsync(server.Url, SampleApps.Spec);
        Assert.Equal(AppHealth.Unhealthy, report.Health);
        Assert.Equal("1.0.0", report.Version?.Text);
    }

    [Fact]
    public async Task A_json_value_may_name_the_expected_version()
    {
        using var server = LoopbackServer.Of(Good);
        var spec = new AppSpec
        {
            Versions = SampleApps.Spec.Versions,
            Health = new HealthSpec { Readiness = new HttpProbeSpec { Path = "/api/properties", Json = new Dictionary<string, string> { ["version.tag"] = "{tag}" } } },
        };
        Assert.Equal(AppHealth.Healthy, (await ProbeAsync(server.Url, spec)).Health);
        Assert.Equal(AppHealth.Unhealthy, (await ProbeAsync(server.Url, spec, AppVersion.Parse("2.0.0"))).Health);
        var any = await _prober.ProbeAsync(new DeploymentContext { Spec = spec, Deployment = new AppDeployment { Url = server.Url } }, null, deep: true, CancellationToken.None);
        Assert.Equal(AppHealth.Healthy, any.Health);
    }

    [Fact]
    public async Task Without_an_address_nothing_is_known() => Assert.Equal(AppHealth.Unknown, (await ProbeAsync(null, SampleApps.Spec)).Health);

    [Fact]
    public async Task The_real_app_is_migrating_then_healthy()
    {
        await using var scene = await ProcessScene.CreateAsync("1.1.0", "SAMPLEAPP_MIGRATION_DELAY_MS=200");
        await scene.StartAsync();
        var migrating = await ProcessScene.EventuallyAsync(() => scene.Prober.ProbeAsync(scene.Context, Expected, true, CancellationToken.None), report => report.Progress > 0.3);
        Assert.Equal(AppHealth.Migrating, migrating.Health);
        var healthy = await ProcessScene.EventuallyAsync(() => scene.Prober.ProbeAsync(scene.Context, Expected, true, CancellationToken.None), report => report.Health == AppHealth.Healthy);
        Assert.Equal(Expected, healthy.Version);
    }

    private static (int Status, string Body) Good(string path) => path switch
    {
        "/api/health" => (200, """{"status":"ok"}"""),
        "/api/properties" => (200, """{"version":{"tag":"v1.1.0"}}"""),
        "/api/notes" or "/api/users" => (200, """{"count":3}"""),
        _ => (404, ""),
    };

    private Task<HealthReport> ProbeAsync(string? url, AppSpec spec, AppVersion? expected = null, bool deep = true) =>
        _prober.ProbeAsync(new DeploymentContext { Spec = spec, Deployment = new AppDeployment { Url = url } }, expected ?? Expected, deep, CancellationToken.None);
}
