using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Deployments.Docker;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments.Docker.Live;

/// <summary>A container that its engine can't start any more, since it ended in the middle of a start, is made anew.</summary>
[Collection("Containers")]
public class RenewalTests(ContainerEngineFixture docker)
{
    private const string Label = "run-1/2.0.0";

    [SkippableFact]
    public async Task A_container_that_is_taken_for_half_started_is_made_anew_with_all_that_it_had()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var before = await CreateAsync(scene);
        scene.Host = Host(StuckEngine.Over(scene.Engine, before.Id));

        var service = await scene.Host.StartAsync(scene.Context, default);

        Assert.Equal(AppServiceStatus.Running, service.Status);
        var after = await scene.Engine.InspectContainerAsync(scene.Name, default);
        Assert.NotEqual(before.Id, after.Id);
        Assert.Equal((before.Image, before.Config!.Image, "unless-stopped"), (after.Image, after.Config!.Image, after.HostConfig!.RestartPolicy!.Name));
        Assert.Equal(before.Config.Env!.Order(), after.Config.Env!.Order());
        Assert.Equal(before.Config.Cmd!, after.Config.Cmd!);
        Assert.Equal((before.Config.User, before.Config.StopSignal, "1"), (after.Config.User, after.Config.StopSignal, after.Config.Labels!["mine"]));
        Assert.Equal("1.0.0", (await scene.Host.ReadInstalledVersionAsync(scene.Context, default))?.Text);

        // The anonymous volume is the same one, not a new one; what the old container has besides is kept, and doesn't come up with the engine.
        Assert.Equal(before.Mounts!.Select(mount => (mount.Name, mount.Destination)).Order(), after.Mounts!.Select(mount => (mount.Name, mount.Destination)).Order());
        Assert.Equal([scene.Name, ContainerNames.Kept(scene.Name, before.Id)], await scene.ContainersAsync());
        Assert.Equal("no", (await scene.Engine.InspectContainerAsync(before.Id, default)).HostConfig!.RestartPolicy!.Name);
        Assert.Contains(scene.Operation.Warnings, warning => warning.Contains(ContainerNames.Kept(scene.Name, before.Id), StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task One_of_a_swap_can_still_be_taken_back()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var old = await CreateAsync(scene);
        var point = await scene.Host.SwapAsync(scene.Context, await scene.SourceAsync(), Label, default);
        var swapped = await scene.Engine.InspectContainerAsync(scene.Name, default);
        scene.Host = Host(StuckEngine.Over(scene.Engine, swapped.Id));
        await scene.Host.StartAsync(scene.Context, default);
        Assert.Equal("2.0.0", (await scene.Host.ReadInstalledVersionAsync(scene.Context, default))?.Text);

        await scene.Host.StopAsync(scene.Context, TimeSpan.FromSeconds(1), default);
        await scene.Host.UndoSwapAsync(scene.Context, point, default);

        var back = await scene.Engine.InspectContainerAsync(scene.Name, default);
        Assert.Equal((old.Id, "unless-stopped"), (back.Id, back.HostConfig!.RestartPolicy!.Name));
        Assert.Equal([scene.Name, ContainerNames.Kept(scene.Name, swapped.Id)], await scene.ContainersAsync());
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_process_that_dies_while_it_makes_one_anew_leaves_one_that_the_next_start_finishes(int changes)
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var before = await CreateAsync(scene);
        var stuck = StuckEngine.Over(scene.Engine, before.Id);

        // The start that fails is a change too.
        await Assert.ThrowsAnyAsync<Exception>(() => Host(DyingEngine.Over(stuck, 1 + changes)).StartAsync(scene.Context, default));
        scene.Host = Host(stuck);
        await scene.Host.StartAsync(scene.Context, default);

        var after = await scene.Engine.InspectContainerAsync(scene.Name, default);
        Assert.Equal((true, "unless-stopped"), (after.State!.Running, after.HostConfig!.RestartPolicy!.Name));
        Assert.Equal([scene.Name, ContainerNames.Kept(scene.Name, before.Id)], await scene.ContainersAsync());
        Assert.Equal("no", (await scene.Engine.InspectContainerAsync(before.Id, default)).HostConfig!.RestartPolicy!.Name);
    }

    [SkippableFact]
    public async Task An_engine_that_refuses_a_new_one_leaves_the_old_one_as_it_was()
    {
        docker.Require();
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var before = await CreateAsync(scene);
        scene.Host = Host(RefusingEngine.Over(StuckEngine.Over(scene.Engine, before.Id), "RenameContainerAsync"));

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.StartAsync(scene.Context, default));

        Assert.Equal("ServiceStartFailed", failure.ErrorId);
        Assert.Equal([scene.Name], await scene.ContainersAsync());
        Assert.Equal("unless-stopped", (await scene.Engine.InspectContainerAsync(before.Id, default)).HostConfig!.RestartPolicy!.Name);
    }

    [SkippableFact]
    public async Task None_is_put_beside_processes_that_the_engine_has_lost_sight_of()
    {
        docker.Require();
        Skip.IfNot(docker.Address.StartsWith("unix:", StringComparison.Ordinal), "The processes of another machine can't be seen.");
        await using var scene = new DockerScene(docker.Engine, docker.Images);
        var before = await CreateAsync(scene);
        await scene.Engine.StartContainerAsync(scene.Name, default);
        Skip.If(LeftProcesses.Of(before.Id).Count == 0, "The engine's processes can't be seen from here.");
        scene.Host = Host(StuckEngine.Over(scene.Engine, before.Id, takesItForEnded: true));
        var context = scene.Context with { Deployment = scene.Context.Deployment with { Settings = scene.Context.Deployment.Settings with { StopTimeout = TimeSpan.FromMilliseconds(300) } } };

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.Host.StartAsync(context, default));

        Assert.Equal(("ServiceStartFailed", UpgradeErrorCategory.ResourceBusy), (failure.ErrorId, failure.Category));
        Assert.Contains("processes of it still run", failure.Message);
        Assert.Contains("kill", failure.Remedy);
        Assert.Equal([scene.Name], await scene.ContainersAsync());
    }

    [Fact]
    public void What_is_left_of_a_container_is_known_by_its_control_group()
    {
        using var folder = new TempFolder();
        foreach (var (process, group) in new[] { ("17", "0::/system.slice/docker-abc123.scope"), ("18", "0::/user.slice"), ("self", "0::/docker-abc123") })
        {
            Directory.CreateDirectory(folder.File(process));
            File.WriteAllText(folder.File(process + "/cgroup"), group + "\n");
        }

        Directory.CreateDirectory(folder.File("19"));
        Assert.Equal(OperatingSystem.IsLinux() ? [17] : [], LeftProcesses.Of("abc123", folder.Path));
    }

    private static DockerHost Host(IContainerEngine engine) => new(_ => engine);

    private static Task<ContainerInspect> CreateAsync(DockerScene scene) => scene.CreateAsync(request => request with
    {
        Config = request.Config with { Env = ["THING_DB=/data/thing.db"], Labels = new Dictionary<string, string> { ["mine"] = "1" } },
        HostConfig = new HostConfig { RestartPolicy = new RestartPolicy { Name = "unless-stopped" } },
    });
}
