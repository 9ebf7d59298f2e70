using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Upgrades.Rehearsal;
using UpgradeModule.Tests.Deployments.Docker.Live;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades.Rehearsal;

/// <summary>The sample app in a container, its upgrade rehearsed on clones.</summary>
[Collection("Containers")]
public class ContainerRehearsalTests(ContainerEngineFixture containers)
{
    [SkippableFact]
    public async Task An_upgrade_of_a_container_on_its_own_file_is_rehearsed_beside_it_and_reaches_nobody()
    {
        Require();
        using var outside = new OutsideListener();
        await using var scene = await DockerAppScene.StartAsync(containers.Engine, containers.Images, environment: [("SAMPLEAPP_CALLS", outside.Addresses)]);
        Assert.True(await outside.CallsAsync() > 0, "The deployment itself does not call, so that nothing would be shown.");
        var calls = await outside.CallsAsync();

        await RehearseAsync(scene);

        Assert.Equal(calls, await outside.CallsAsync());
    }

    [SkippableFact]
    public async Task An_upgrade_of_a_container_on_PostgreSQL_is_rehearsed_on_a_server_of_its_own_and_reaches_nobody()
    {
        Require();
        using var outside = new OutsideListener();
        await using var neighbour = await NeighbourPostgres.StartAsync(containers.Engine, containers.Images);
        await using var scene = await DockerAppScene.StartAsync(
            containers.Engine, containers.Images, request => request with { HostConfig = request.HostConfig with { NetworkMode = neighbour.Network } },
            ("SAMPLEAPP_DB_TYPE", "postgres"), ("SAMPLEAPP_DB_HOST", "db"), ("SAMPLEAPP_DB_NAME", "sample"), ("SAMPLEAPP_DB_USER", "postgres"), ("SAMPLEAPP_CALLS", outside.Addresses));
        var calls = await outside.CallsAsync();

        await RehearseAsync(scene);

        Assert.Equal(calls, await outside.CallsAsync());
    }

    private async Task RehearseAsync(DockerAppScene scene)
    {
        var before = await WorldAsync();
        var container = await scene.InspectAsync();
        var installed = await scene.Engine.Services.GetAsync(scene.Context, default);
        var path = scene.Engine.Planner.Plan(scene.Context.Spec, new PathRequest { From = installed.Version!, Edition = scene.Deployment.Edition, Deployment = scene.Deployment });

        var result = await scene.Engine.Rehearsals.RunAsync(scene.Context, new RehearsalRequest { Path = path, Timeout = TimeSpan.FromSeconds(60) }, default);

        Assert.True(result.Healthy, string.Join(Environment.NewLine, result.Problems));
        Assert.True(result.Isolated);
        Assert.Equal(["1.1.0", "2.0.0"], result.Stops.Select(stop => stop.To.Text));
        Assert.All(result.Stops, stop => Assert.Equal(3, stop.Migrations.Count));
        Assert.True(result.PredictedDowntime > TimeSpan.Zero);

        // The deployment's container is the same one, started when it was; and the engine holds what it held.
        var after = await scene.InspectAsync();
        Assert.Equal((container.Id, container.State!.StartedAt), (after.Id, after.State!.StartedAt));
        Assert.Equal("1.0.0", await scene.AnsweredVersionAsync());
        Assert.Equal(before, await WorldAsync());
        Assert.Empty(RehearsalWorld.Left());
    }

    private async Task<IReadOnlyList<string>> WorldAsync()
    {
        var names = (await containers.Engine.ListContainersAsync(new ContainerQuery(), default)).Select(one => "container " + one.PlainName);
        var images = (await containers.Engine.ListImagesAsync(default)).SelectMany(one => one.RepoTags ?? []).Where(tag => tag.Contains("um-rehearsal", StringComparison.Ordinal));
        return [.. names.Where(name => name.Contains("um-rehearsal", StringComparison.Ordinal)).Concat(images).Order(StringComparer.Ordinal)];
    }

    private void Require()
    {
        containers.Require();
        Skip.IfNot(Environment.IsPrivilegedProcess, "Only root can enter a container's network.");
    }
}
