using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Tests.Apps;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Metabase;

/// <summary>Migrations down of Metabase's stand-in by the definition that ships, with nothing overridden but the base of its addresses.</summary>
[Collection("Metabase")]
public sealed class MetabaseMigrateDownTests(PostgresFixture postgres)
{
    private const string Newer = "SELECT count(*) FROM databasechangelog WHERE id LIKE 'v5%'";

    [SkippableFact]
    public async Task From_51_by_way_of_the_newest_50_to_49_with_everything_written_since()
    {
        await using var scene = await MetabaseScene.StartAsync(postgres, "0.51.14");
        await using var writer = new CardWriter(scene.Url);
        await AtLeastAsync(writer, 5);
        var before = await scene.DataAsync();
        var between = ReleaseIndex.Of(Definitions.Metabase).Find("oss")!.Last(release => release.Major == 50 && release.Usable && !release.PreRelease).Version.Text;

        var result = await scene.DownAsync("0.49.25.2");

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.Equal([between, "0.49.25.2"], result.Steps.Where(step => step.Id == "MigrateDown" && step.Status == UpgradeActionStatus.Done).Select(step => step.Stop!.Text));
        Assert.Equal("0.49.25.2", await scene.AnsweredVersionAsync());
        Assert.Equal(["0"], await scene.RowsAsync(Newer));
        await writer.StopAsync();
        var now = (await scene.DataAsync()).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(before.Where(row => !now.Contains(row)));
        var names = (await scene.RowsAsync("SELECT name FROM report_card")).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(writer.Acknowledged.Where(name => !names.Contains(name)));
        Assert.Contains($"GET /v{between}/metabase.jar", scene.Jars.Asked);
        Assert.NotNull(result.Backup!.ProvenOn);
        Assert.Single(result.Steps, step => step.Id == "Stop");
    }

    [SkippableTheory]
    [InlineData("downnothing", "MigrateDownNoEffect")]
    [InlineData("down", "CommandFailed")]
    [InlineData("downleft", "MigrateDownIncomplete")]
    public async Task What_goes_wrong_is_seen_through_and_taken_back(string what, string errorId)
    {
        await using var scene = await MetabaseScene.StartAsync(postgres, "0.50.36", ("MB_STANDIN_FAIL", "0.50.36=" + what));
        var before = await scene.DataAsync();
        var list = await scene.RowsAsync("SELECT id FROM databasechangelog ORDER BY orderexecuted");

        var result = await scene.DownAsync("0.49.25.2");

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        Assert.Equal(errorId, result.ErrorId);
        Assert.Equal("0.50.36", await scene.AnsweredVersionAsync());
        Assert.Equal(before, await scene.DataAsync());
        Assert.Equal(list, await scene.RowsAsync("SELECT id FROM databasechangelog ORDER BY orderexecuted"));
        Assert.Equal(["f"], await scene.RowsAsync("SELECT locked FROM databasechangeloglock"));
    }

    [SkippableFact]
    public async Task Versions_that_are_known_to_fail_are_refused_before_anything_is_touched()
    {
        await using var scene = await MetabaseScene.StartAsync(postgres, "0.50.7");

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.DownAsync("0.49.25.2"));

        Assert.Equal("MigrateDownRefused", failure.ErrorId);
        Assert.Contains("44784", failure.Message, StringComparison.Ordinal);
        Assert.Equal("0.50.7", await scene.AnsweredVersionAsync());
        var forced = await scene.DownAsync("0.49.25.2", force: true);
        Assert.True(forced.Outcome == UpgradeOutcome.Succeeded, forced.Error);
        Assert.Contains(scene.Operation.Warnings, warning => warning.Contains("44784", StringComparison.Ordinal));
    }

    private static async Task AtLeastAsync(CardWriter writer, int count)
    {
        for (var i = 0; i < 1000 && writer.Acknowledged.Count < count; i++) await Task.Delay(10);
        Assert.True(writer.Acknowledged.Count >= count, writer.Acknowledged.Count.ToString(CultureInfo.InvariantCulture));
    }
}
