using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Upgrades.Undo;
using UpgradeModule.Tests.Apps;

namespace UpgradeModule.Tests.Metabase;

/// <summary>Upgrades of Metabase's stand-in on a real H2 file, by the definition that ships.</summary>
public sealed class MetabaseH2Tests
{
    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task A_major_upgrade_on_H2_keeps_all_data_and_is_migrated_down_again_with_what_was_written_since()
    {
        await using var scene = await MetabaseH2Scene.StartAsync("0.49.25.2");
        var before = await scene.DataAsync();
        Assert.Equal(337, before.Count);
        var readiness = await scene.ReadinessAsync("0.50.36");
        Assert.True(readiness.Ready, string.Join("; ", readiness.Blockers.Select(blocker => blocker.Message)));

        var result = await scene.UpgradeAsync("0.50.36");

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.Equal("0.50.36", await scene.AnsweredVersionAsync());
        Assert.Equal(before, await scene.DataAsync());
        Assert.NotNull(result.Backup!.ProvenOn);
        Assert.Equal(DatabaseEngine.H2, result.Backup.Engine);
        Assert.True(result.Backup.Rows >= 337);
        Assert.Equal(["collections", "dashboards", "questions", "users"], result.InvariantsAfter.Where(value => value.Value is not null).Select(value => value.Name).Order());
        Assert.Equal(["1"], await scene.RowsAsync("SELECT COUNT(*) FROM databasechangelog WHERE id = 'v50.2024-04-25T16:29:31'"));

        await using var writer = new CardWriter(scene.Url);
        while (writer.Acknowledged.Count < 3) await Task.Delay(20);
        await writer.StopAsync();

        // Every migration since can be taken back: the undo migrates down, and what was written since stays.
        var undone = await scene.Engine.Upgrades.UndoAsync(scene.Context, new UndoRequest { RunId = result.RunId }, default);
        Assert.True(undone.Outcome == UpgradeOutcome.RolledBack, undone.Error);
        Assert.Equal("0.49.25.2", await scene.AnsweredVersionAsync());
        var now = (await scene.DataAsync()).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(before.Where(row => !now.Contains(row)));
        var names = (await scene.RowsAsync("SELECT name FROM report_card")).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(writer.Acknowledged.Where(name => !names.Contains(name)));
        Assert.Equal(["0"], await scene.RowsAsync("SELECT COUNT(*) FROM databasechangelog WHERE id LIKE 'v50.%'"));
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task A_lock_that_a_migration_left_is_released_while_the_application_is_stopped()
    {
        await using var scene = await MetabaseH2Scene.StartAsync("0.49.25.2");
        await scene.Engine.Services.StopAsync(scene.Context, TimeSpan.FromSeconds(20), default);
        var before = await scene.DataAsync();
        await scene.ChangeAsync("UPDATE databasechangeloglock SET locked = TRUE, lockgranted = '2026-01-02 03:04:05', lockedby = 'web (10.0.0.1)'");

        var released = await scene.Engine.Migrations.UnlockAsync(scene.Context, force: false, default);

        Assert.True(released.Released);
        Assert.Equal("web (10.0.0.1)", released.Holder);
        Assert.Equal(["FALSE|"], await scene.RowsAsync("SELECT locked, lockedby FROM databasechangeloglock"));
        Assert.Equal(before, await scene.DataAsync());
        await scene.Engine.Services.StartAsync(scene.Context, default);
        await scene.Engine.Services.WaitAsync(scene.Context, TimeSpan.FromSeconds(60), default);
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task A_migration_that_fails_on_H2_goes_back_although_H2_can_not_take_back_what_it_changed()
    {
        await using var scene = await MetabaseH2Scene.StartAsync("0.49.25.2", ("MB_STANDIN_FAIL", "0.50.36=migration"));
        await using var writer = new CardWriter(scene.Url);
        var before = await scene.DataAsync();

        var result = await scene.UpgradeAsync("0.50.36");

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        Assert.Equal("0.49.25.2", await scene.AnsweredVersionAsync());
        await Task.Delay(300);
        await writer.StopAsync();
        var now = (await scene.DataAsync()).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(before.Where(row => !now.Contains(row)));
        var names = (await scene.RowsAsync("SELECT name FROM report_card")).ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(writer.Acknowledged);
        Assert.Empty(writer.Acknowledged.Where(name => !names.Contains(name)));

        // What ran before the failure had been committed, table by table: it went with the file that was taken back.
        Assert.Equal(["0"], await scene.RowsAsync("SELECT COUNT(*) FROM databasechangelog WHERE id LIKE 'v50.%'"));
        Assert.Equal(["0"], await scene.RowsAsync("SELECT COUNT(*) FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'REPORT_CARD' AND COLUMN_NAME = 'VIEW_COUNT'"));
    }

    [Fact]
    public void The_path_over_46_tells_of_the_new_format_of_H2()
    {
        Assert.True(Tells("0.44.7.3", DatabaseEngine.H2));
        Assert.False(Tells("0.49.25.2", DatabaseEngine.H2));
        Assert.False(Tells("0.44.7.3", DatabaseEngine.Postgres));

        static bool Tells(string from, DatabaseEngine engine)
        {
            var deployment = new AppDeployment { Name = "metabase", App = "metabase", Edition = "oss", Database = new DatabaseTarget { Engine = engine } };
            var path = new UpgradePathPlanner().Plan(Definitions.Metabase, new PathRequest { From = AppVersion.Parse(from), Edition = "oss", To = "0.50.36", Deployment = deployment });
            return path.Stops.SelectMany(stop => stop.StepsBefore).Any(step => step is { Id: "h2-file-format", Kind: UpgradeStepKind.Manual });
        }
    }
}
