using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Metabase;

/// <summary>Upgrades of Metabase's stand-in in a container, by the definition that ships, with nothing overridden but the registry.</summary>
[Collection("Containers")]
public sealed class MetabaseContainerTests(ContainerEngineFixture docker, PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task From_0_38_to_0_50_by_way_of_every_stop_with_all_data()
    {
        await using var scene = await StartAsync(["0.38.0", "0.38.6", "0.39.7", "0.40.8", "0.50.36"]);
        var before = await scene.Data.AllAsync();
        await using var writer = new CardWriter(scene.Url);

        var result = await scene.UpgradeAsync("0.50.36");

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.Equal(["0.38.6", "0.39.7", "0.40.8", "0.50.36"], result.Steps.Where(step => step.Id == "Swap").Select(step => step.Stop!.Text));
        Assert.Equal("0.50.36", await scene.AnsweredVersionAsync());
        await writer.StopAsync();
        await AssertNothingIsLostAsync(scene, before, writer);
        var container = await scene.InspectAsync();

        // What came from the image is the new one's, what was given stays.
        Assert.Contains("MB_STANDIN_IMAGE=0.50.36", container.Config!.Env!);
        Assert.Contains(container.Config.Env!, variable => variable.StartsWith("MB_DB_PASS=", StringComparison.Ordinal));
        Assert.Equal("host", container.HostConfig!.NetworkMode);
        Assert.Equal("unless-stopped", container.HostConfig.RestartPolicy!.Name);
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task A_migration_that_fails_at_the_third_stop_goes_back_to_the_second_with_all_data()
    {
        await using var scene = await StartAsync(["0.38.0", "0.38.6", "0.39.7", "0.40.8", "0.50.36"], "MB_STANDIN_FAIL=0.40.8=migration");
        var before = await scene.Data.AllAsync();
        await using var writer = new CardWriter(scene.Url);

        var result = await scene.UpgradeAsync("0.50.36");

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        Assert.Equal("0.39.7", result.Reached!.Text);
        Assert.Contains("The migration 312 failed.", result.Error);
        Assert.Equal("0.39.7", await scene.AnsweredVersionAsync());
        await writer.StopAsync();
        await AssertNothingIsLostAsync(scene, before, writer);
        Assert.Equal(["0"], await scene.Data.RowsAsync("SELECT count(*) FROM databasechangelog WHERE id = '300'"));
        Assert.Contains("MB_STANDIN_IMAGE=0.39.7", (await scene.InspectAsync()).Config!.Env!);
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task The_whole_way_is_rehearsed_on_a_clone_while_people_go_on_working()
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "Only root can enter a container's network.");
        await using var scene = await StartAsync(["0.38.0", "0.38.6", "0.39.7", "0.40.8", "0.50.36"]);
        var before = await scene.Data.AllAsync();
        var container = (await scene.InspectAsync()).Id;
        await using var writer = new CardWriter(scene.Url);

        var result = await scene.RehearseAsync("0.50.36");

        Assert.True(result.Healthy && result.Isolated, string.Join(Environment.NewLine, result.Problems));
        Assert.Equal(["0.38.6", "0.39.7", "0.40.8", "0.50.36"], result.Stops.Select(stop => stop.To.Text));
        Assert.All(result.Stops, stop => Assert.Equal(stop.InvariantsBefore.Select(one => one.Value), stop.InvariantsAfter.Select(one => one.Value)));
        Assert.Equal("0.38.0", await scene.AnsweredVersionAsync());
        Assert.Equal(container, (await scene.InspectAsync()).Id);
        await writer.StopAsync();
        await AssertNothingIsLostAsync(scene, before, writer);
        Assert.Equal(["0"], await scene.Data.RowsAsync("SELECT count(*) FROM databasechangelog WHERE id = '300'"));
    }

    [SkippableFact]
    public async Task Down_from_50_to_49_by_the_newer_image_and_with_the_containers_own_settings()
    {
        await using var scene = await StartAsync(["0.50.36", "0.49.25.2"]);
        var before = await scene.Data.AllAsync();
        await using var writer = new CardWriter(scene.Url);
        for (var i = 0; i < 1000 && writer.Acknowledged.Count < 3; i++) await Task.Delay(10);

        var result = await scene.DownAsync("0.49.25.2");

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.Equal("0.49.25.2", await scene.AnsweredVersionAsync());
        await writer.StopAsync();
        await AssertNothingIsLostAsync(scene, before, writer);
        Assert.NotEmpty(writer.Acknowledged);
        Assert.Equal(["0"], await scene.Data.RowsAsync("SELECT count(*) FROM databasechangelog WHERE id LIKE 'v5%'"));
        var container = await scene.InspectAsync();
        Assert.Contains("MB_STANDIN_IMAGE=0.49.25.2", container.Config!.Env!);
        Assert.Equal("unless-stopped", container.HostConfig!.RestartPolicy!.Name);
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task From_open_source_to_enterprise_the_image_is_another_one()
    {
        await using var scene = await StartAsync(["0.49.25.2", "1.49.25.2", "1.50.36"]);
        var before = await scene.Data.AllAsync();

        var result = await scene.UpgradeAsync("1.50.36", "ee");

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.Equal("1.50.36", await scene.AnsweredVersionAsync());
        Assert.Equal(before, await scene.Data.AllAsync());
        Assert.Contains("/metabase/metabase-enterprise", (await scene.InspectAsync()).Config!.Image!);
    }

    private static async Task AssertNothingIsLostAsync(MetabaseContainerScene scene, IReadOnlyList<string> before, CardWriter writer)
    {
        var now = (await scene.Data.AllAsync()).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(before.Where(row => !now.Contains(row)));
        var names = (await scene.Data.RowsAsync("SELECT name FROM report_card")).ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(writer.Acknowledged);
        Assert.Empty(writer.Acknowledged.Where(name => !names.Contains(name)));
    }

    private async Task<MetabaseContainerScene> StartAsync(string[] versions, params string[] environment)
    {
        docker.Require();
        postgres.Require();
        return await MetabaseContainerScene.StartAsync(docker.Engine, await postgres.CreateAsync(), versions, environment);
    }
}
