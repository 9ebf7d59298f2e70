using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Deployments.Docker;
using UpgradeModule.Engine.Readiness.Checks;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments.Docker.Live;

/// <summary>The same swap on Podman, which writes and takes things differently.</summary>
[Collection("Containers")]
public class PodmanSwapTests(PodmanFixture podman)
{
    [SkippableFact]
    public async Task A_container_of_podman_is_swapped_put_back_and_dropped_with_all_that_was_its_own()
    {
        podman.Require();
        await using var scene = new DockerScene(podman.Engine, podman.Images);
        using var folder = new TempFolder();
        var network = await scene.NetworkAsync("net");
        var before = await scene.CreateAsync(request => request with
        {
            Config = request.Config with { Env = ["MINE=1"], Labels = new Dictionary<string, string> { ["mine"] = "1" } },
            HostConfig = new HostConfig
            {
                Binds = [folder.File("") + ":/bound"],
                NetworkMode = network,
                Ulimits = [new Ulimit { Name = "nofile", Soft = 100, Hard = 200 }],
                Memory = 64 * 1024 * 1024,
            },
            Networks = new Dictionary<string, EndpointSettings> { [network] = new() { Aliases = ["web"] } },
        });
        var source = await scene.SourceAsync();

        var point = await scene.Host.SwapAsync(scene.Context, source, "run/2.0.0", default);

        var after = await scene.Engine.InspectContainerAsync(scene.Name, default);
        Assert.Equal("2.0.0", (await scene.Host.ReadInstalledVersionAsync(scene.Context, default))!.Text);
        Assert.Contains("MINE=1", after.Config!.Env!);
        Assert.Contains("THING_VERSION=2.0.0", after.Config.Env!);
        Assert.DoesNotContain("THING_VERSION=1.0.0", after.Config.Env!);
        Assert.DoesNotContain("HOSTNAME=" + before.Id[..12], after.Config.Env!);
        Assert.Equal("1", after.Config.Labels!["mine"]);
        Assert.DoesNotContain("only.1", after.Config.Labels.Keys);
        Assert.Equal(before.Mounts!.Select(Text).Order(), after.Mounts!.Select(Text).Order());
        Assert.Equal([network], after.NetworkSettings!.Networks!.Keys);
        Assert.Contains("web", after.NetworkSettings.Networks[network].Aliases!);
        Assert.Equal(before.HostConfig!.Memory, after.HostConfig!.Memory);
        Assert.Equal(Limit(before), Limit(after));

        await scene.Host.UndoSwapAsync(scene.Context, point, default);
        Assert.Equal(before.Id, (await scene.Engine.InspectContainerAsync(scene.Name, default)).Id);
        Assert.Equal([scene.Name], await scene.ContainersAsync());
        var again = await scene.Host.SwapAsync(scene.Context, source, "run/again", default);
        await scene.Host.DropAsync(scene.Context, again, default);
        Assert.Equal([scene.Name], await scene.ContainersAsync());
        Assert.Equal(before.Mounts!.Select(Text).Order(), (await scene.Engine.InspectContainerAsync(scene.Name, default)).Mounts!.Select(Text).Order());
        await using (await scene.Host.LockAsync(scene.Context, "an upgrade", default))
        {
            Assert.Equal("DeploymentLocked", (await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.LockAsync(scene.Context, "another", default))).ErrorId);
        }
    }

    [SkippableFact]
    public async Task A_policy_that_can_t_be_taken_off_the_kept_container_is_told_with_what_would_start_it()
    {
        podman.Require();
        await using var scene = new DockerScene(podman.Engine, podman.Images);
        Skip.If(Version.Parse((await podman.Engine.GetVersionAsync(default)).Version.Split('-')[0]).Major >= 5, "Podman 5 takes restart policies off.");
        await scene.CreateAsync(request => request with { HostConfig = new HostConfig { RestartPolicy = new RestartPolicy { Name = "always" } } });
        var finding = Assert.Single(await new RestartPolicyCheck().RunAsync(ContainerReadinessTests.Context(scene), default));
        Assert.False(finding.Blocks);
        Assert.Contains("podman-restart.service", finding.Message + finding.Remedy, StringComparison.Ordinal);

        await scene.Host.SwapAsync(scene.Context, await scene.SourceAsync(), "0000000001", default);

        var warning = Assert.Single(scene.Operation.Warnings, warning => warning.Contains("restart policy", StringComparison.Ordinal));
        Assert.Contains("systemctl disable podman-restart.service", warning, StringComparison.Ordinal);
    }

    private static string Text(MountPoint mount) => $"{mount.Type} {mount.Name} {mount.Destination} {mount.RW}";

    private static (long, long)? Limit(ContainerInspect container) =>
        container.HostConfig!.Ulimits?.Where(limit => limit.Name!.EndsWith("nofile", StringComparison.OrdinalIgnoreCase)).Select(limit => ((long, long)?)(limit.Soft, limit.Hard)).FirstOrDefault();
}
