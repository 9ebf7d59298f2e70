using UpgradeModule.Engine.Readiness;
using UpgradeModule.Tests.Support;
using UpgradeModule.Tests.Upgrades.Live;

namespace UpgradeModule.Tests.Deployments.Docker.Live;

/// <summary>Whole upgrades of the sample app's containers on a real engine.</summary>
[Collection("Containers")]
public class DockerUpgradeTests(ContainerEngineFixture docker)
{
    [SkippableFact]
    public async Task One_command_goes_from_1_0_by_way_of_1_1_to_2_0_with_all_data_in_an_anonymous_volume()
    {
        docker.Require();
        await using var scene = await DockerAppScene.StartAsync(docker.Engine, docker.Images);
        Assert.Equal(("1.0.0", scene.Url), (scene.Deployment.Version!.Text, scene.Deployment.Url));
        var before = await scene.InspectAsync();
        await using var writer = new NoteWriter(scene.Url);
        var readiness = await scene.Engine.Readiness.CheckAsync(scene.Context, new ReadinessRequest(), default);
        Assert.True(readiness.Ready, string.Join("\n", readiness.Blockers));
        Assert.Empty(readiness.Warnings);

        var result = await scene.UpgradeAsync();

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error + string.Join("\n", scene.Operation.Lines));
        Assert.Equal(["1.1.0", "2.0.0"], result.Steps.Where(step => step.Id == "Swap").Select(step => step.Stop!.Text));
        Assert.Equal("2.0.0", await scene.AnsweredVersionAsync());
        Assert.NotNull(result.Backup!.ProvenOn);
        await writer.StopAsync();
        await AssertEveryNoteIsThereAsync(scene, writer);
        var after = await scene.InspectAsync();
        Assert.Equal(before.Mounts!.Single().Name, after.Mounts!.Single().Name);
        Assert.Equal("unless-stopped", after.HostConfig!.RestartPolicy!.Name);
        Assert.Contains("SAMPLEAPP_IMAGE_VERSION=2.0.0", after.Config!.Env!);
        Assert.Equal(2, result.Kept.Count(item => item.Kind == "Container"));
        Assert.Equal(3, (await scene.ContainersAsync()).Count);

        await scene.Engine.Upgrades.CompleteAsync(scene.Context, result.RunId, default);

        Assert.Equal([scene.Container], await scene.ContainersAsync());
        Assert.Equal("2.0.0", await scene.AnsweredVersionAsync());
        await AssertEveryNoteIsThereAsync(scene, writer);
    }

    [SkippableFact]
    public async Task A_migration_that_fails_half_way_in_a_restarting_container_is_taken_back_with_every_acknowledged_row()
    {
        docker.Require();
        await using var scene = await DockerAppScene.StartAsync(docker.Engine, docker.Images, null, ("SAMPLEAPP_FAIL_MIGRATION", "v2.00-002"));
        await using var writer = new NoteWriter(scene.Url);

        var result = await scene.UpgradeAsync();

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        Assert.Equal("1.1.0", result.Reached!.Text);
        Assert.Equal("1.1.0", await scene.AnsweredVersionAsync());
        await Task.Delay(300);
        await writer.StopAsync();
        await AssertEveryNoteIsThereAsync(scene, writer);
        var present = await scene.InspectAsync();
        Assert.Equal("unless-stopped", present.HostConfig!.RestartPolicy!.Name);
        Assert.Contains("SAMPLEAPP_IMAGE_VERSION=1.1.0", present.Config!.Env!);
        await scene.Engine.Upgrades.CompleteAsync(scene.Context, result.RunId, default);
        Assert.Equal([scene.Container], await scene.ContainersAsync());
        Assert.Equal("1.1.0", await scene.AnsweredVersionAsync());
    }

    [SkippableFact]
    public async Task A_second_run_at_the_same_time_is_refused_and_does_no_harm()
    {
        docker.Require();
        await using var scene = await DockerAppScene.StartAsync(docker.Engine, docker.Images);
        var first = scene.UpgradeAsync();
        while (!first.IsCompleted && !scene.Operation.Lines.Any(line => line.Contains("Check that nothing", StringComparison.Ordinal))) await Task.Delay(10);

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.UpgradeAsync());

        Assert.Equal("DeploymentLocked", failure.ErrorId);
        var result = await first;
        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
    }

    [SkippableFact]
    public async Task A_database_in_a_neighbour_container_that_only_the_network_knows_is_backed_up_upgraded_and_taken_back()
    {
        docker.Require();
        await using var postgres = await NeighbourPostgres.StartAsync(docker.Engine, docker.Images);
        await using var scene = await DockerAppScene.StartAsync(
            docker.Engine,
            docker.Images,
            request => request with { HostConfig = request.HostConfig with { NetworkMode = postgres.Network } },
            ("SAMPLEAPP_DB_TYPE", "postgres"),
            ("SAMPLEAPP_DB_HOST", "db"),
            ("SAMPLEAPP_DB_NAME", "sample"),
            ("SAMPLEAPP_DB_USER", "postgres"),
            ("SAMPLEAPP_FAIL_MIGRATION", "v2.00-002"));
        Assert.Equal(("db", "sample"), (scene.Deployment.Database!.Server, scene.Deployment.Database.Name));
        await using var writer = new NoteWriter(scene.Url);

        var result = await scene.UpgradeAsync();

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        Assert.Equal("1.1.0", result.Reached!.Text);
        Assert.NotNull(result.Backup!.ProvenOn);
        Assert.Equal("1.1.0", await scene.AnsweredVersionAsync());
        await Task.Delay(300);
        await writer.StopAsync();
        await AssertEveryNoteIsThereAsync(scene, writer);
        Assert.Equal([postgres.Network], (await scene.InspectAsync()).NetworkSettings!.Networks!.Keys);
    }

    private static async Task AssertEveryNoteIsThereAsync(DockerAppScene scene, NoteWriter writer)
    {
        Assert.NotEmpty(writer.Acknowledged);
        var there = await scene.NotesAsync();
        Assert.Empty(writer.Acknowledged.Where(note => !there.Contains(note)));
    }
}
