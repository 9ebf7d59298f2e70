using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Metabase;

/// <summary>Upgrades of Metabase's stand-in by the definition that ships, with nothing overridden but the base of its addresses.</summary>
[Collection("Metabase")]
public sealed class MetabaseUpgradeTests(PostgresFixture postgres)
{
    [SkippableFact]
    public async Task From_0_38_to_0_50_by_way_of_every_stop_with_all_data()
    {
        await using var scene = await MetabaseScene.StartAsync(postgres, "0.38.0");
        await using var writer = new CardWriter(scene.Url);
        var before = await scene.DataAsync();

        var result = await scene.UpgradeAsync("0.50.36");

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.Equal(["0.38.6", "0.39.7", "0.40.8", "0.50.36"], result.Steps.Where(step => step.Id == "Swap").Select(step => step.Stop!.Text));
        Assert.Equal("0.50.36", await scene.AnsweredVersionAsync());
        await writer.StopAsync();
        await AssertNothingIsLostAsync(scene, before, writer);
        Assert.NotEmpty(writer.Acknowledged);
        Assert.NotNull(result.Backup!.ProvenOn);
        Assert.Equal(["collections", "dashboards", "questions", "users"], result.InvariantsAfter.Where(value => value.Value is not null).Select(value => value.Name).Order());
        Assert.Equal(["v49.2024-05-07T10:00:00"], await scene.RowsAsync("SELECT id FROM databasechangelog ORDER BY orderexecuted DESC LIMIT 1"));
        Assert.Contains("GET /v0.50.36/metabase.jar", scene.Jars.Asked);
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task The_whole_way_is_rehearsed_on_a_clone_while_people_go_on_working()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root on Linux can give a clone a room of its own anywhere.");
        await using var scene = await MetabaseScene.StartAsync(postgres, "0.38.0");
        await using var writer = new CardWriter(scene.Url);
        var before = await scene.DataAsync();
        var process = (await scene.Engine.Services.GetAsync(scene.Context, default)).ProcessId;

        var result = await scene.RehearseAsync("0.50.36");

        Assert.True(result.Healthy && result.Isolated, string.Join(Environment.NewLine, result.Problems));
        Assert.Equal(["0.38.6", "0.39.7", "0.40.8", "0.50.36"], result.Stops.Select(stop => stop.To.Text));
        Assert.Contains("300", result.Stops.SelectMany(stop => stop.Migrations));
        Assert.Equal("0.38.0", await scene.AnsweredVersionAsync());
        Assert.Equal(process, (await scene.Engine.Services.GetAsync(scene.Context, default)).ProcessId);
        await writer.StopAsync();
        await AssertNothingIsLostAsync(scene, before, writer);
        Assert.NotEmpty(writer.Acknowledged);
        Assert.Equal(["0"], await scene.RowsAsync("SELECT count(*) FROM databasechangelog WHERE id = '300'"));
    }

    [SkippableFact]
    public async Task A_migration_that_fails_at_the_third_stop_goes_back_to_the_second_with_all_data()
    {
        await using var scene = await MetabaseScene.StartAsync(postgres, "0.38.0", ("MB_STANDIN_FAIL", "0.40.8=migration"));
        await using var writer = new CardWriter(scene.Url);
        var before = await scene.DataAsync();

        var result = await scene.UpgradeAsync("0.50.36");

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        Assert.Equal("0.39.7", result.Reached!.Text);
        Assert.Contains("0.40.8", result.Error);
        Assert.Contains("The migration 312 failed.", result.Error);
        Assert.Equal("0.39.7", await scene.AnsweredVersionAsync());
        await Task.Delay(300);
        await writer.StopAsync();
        await AssertNothingIsLostAsync(scene, before, writer);

        // What 0.40.8 did before it failed went with the data that was taken back.
        Assert.Equal(["0"], await scene.RowsAsync("SELECT count(*) FROM databasechangelog WHERE id = '300'"));
        Assert.Equal(["f"], await scene.RowsAsync("SELECT locked FROM databasechangeloglock"));
    }

    [SkippableFact]
    public async Task From_open_source_to_enterprise()
    {
        await using var scene = await MetabaseScene.StartAsync(postgres, "0.49.25.2");
        var before = await scene.DataAsync();

        var result = await scene.UpgradeAsync("1.50.36", "ee");

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.Equal("1.50.36", await scene.AnsweredVersionAsync());
        Assert.Equal(before, await scene.DataAsync());
        Assert.Equal("ee", result.Deployment.Edition);
        Assert.Contains("GET /enterprise/v1.50.36/metabase.jar", scene.Jars.Asked);
        Assert.DoesNotContain(scene.Jars.Asked, asked => asked.Contains("/v0.", StringComparison.Ordinal));
    }

    private static async Task AssertNothingIsLostAsync(MetabaseScene scene, IReadOnlyList<string> before, CardWriter writer)
    {
        var now = (await scene.DataAsync()).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(before.Where(row => !now.Contains(row)));
        var names = (await scene.RowsAsync("SELECT name FROM report_card")).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(writer.Acknowledged.Where(name => !names.Contains(name)));
    }
}
