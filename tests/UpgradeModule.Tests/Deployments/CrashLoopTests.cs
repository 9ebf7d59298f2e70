using NSubstitute;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments;

/// <summary>A host that starts again by itself what has crashed.</summary>
public class CrashLoopTests
{
    [Fact]
    public async Task What_its_host_is_about_to_start_again_is_not_waited_for()
    {
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => WaitAsync(new AppService { Status = AppServiceStatus.Running }, new AppService { Status = AppServiceStatus.Restarting, ExitCode = 3, Restarts = 1 }));
        Assert.Equal("ServiceCrashed", failure.ErrorId);
        Assert.Contains("crash loop", failure.Message, StringComparison.Ordinal);
        Assert.Contains("exit code 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("last words", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_started_again_between_two_looks_has_crashed_too()
    {
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => WaitAsync(new AppService { Status = AppServiceStatus.Running, Restarts = 3 }, new AppService { Status = AppServiceStatus.Running, Restarts = 4 }));
        Assert.Equal("ServiceCrashed", failure.ErrorId);
        Assert.Contains("4 times", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restarts_of_long_ago_are_no_crash_loop() =>
        Assert.Equal(AppHealth.Healthy, (await WaitAsync(new AppService { Status = AppServiceStatus.Running, Restarts = 3 })).Health);

    private static async Task<AppService> WaitAsync(params AppService[] looks)
    {
        var host = Substitute.For<IAppHost>();
        host.Kind.Returns(AppHostKind.Systemd);
        var look = 0;
        host.GetServiceAsync(default!, default).ReturnsForAnyArgs(_ => looks[Math.Min(look++, looks.Length - 1)]);
        host.ReadLogAsync(default!, default, default, default).ReturnsForAnyArgs(["last words"]);
        var prober = Substitute.For<IHealthProber>();
        prober.ProbeAsync(default!, default, default, default).ReturnsForAnyArgs(_ => new HealthReport { Health = looks.Length > 1 ? AppHealth.Starting : AppHealth.Healthy });
        var context = new DeploymentContext { Spec = SampleApps.Spec, Deployment = new AppDeployment { Name = "scene", HostKind = AppHostKind.Systemd } };
        return await new ServiceWaiter(new AppHosts(host), prober).WaitAsync(context, new WaitRequest { Timeout = TimeSpan.FromSeconds(5) }, CancellationToken.None);
    }
}
