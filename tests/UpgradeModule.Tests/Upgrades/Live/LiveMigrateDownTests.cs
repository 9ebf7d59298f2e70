using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Upgrades.Undo;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades.Live;

/// <summary>Migrations down of the sample app, as real as they are on a server. Each engine runs the same tests.</summary>
public abstract class LiveMigrateDownTests
{
    private const string Lists = "SELECT id FROM databasechangelog ORDER BY orderexecuted";

    [SkippableFact]
    public async Task From_2_0_by_way_of_1_1_to_1_0_every_row_that_was_written_since_is_kept()
    {
        await using var scene = await UpgradedAsync();
        await using var writer = new NoteWriter(scene.Url);
        await AtLeastAsync(writer, 5);

        // Nothing is fetched: what the upgrade kept of 1.1.0 and 1.0.0 serves.
        var result = await scene.DownAsync();

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.Equal((UpgradeRunKind.MigrateDown, "2.0.0", "1.0.0", "1.0.0"), (result.Kind, result.From.Text, result.To.Text, result.Reached!.Text));
        Assert.Equal(["1.1.0 MigrateDown", "1.1.0 Swap", "1.0.0 MigrateDown", "1.0.0 Swap", "1.0.0 Start", "1.0.0 Wait"], result.Steps.Where(step => step.Id is "MigrateDown" or "Swap" or "Start" or "Wait").Select(step => $"{step.Stop} {step.Id}"));
        Assert.Equal("1.0.0", await scene.AnsweredVersionAsync());
        Assert.Equal(["v1.00-001", "v1.00-002", "v1.00-003"], await scene.RowsAsync(Lists));
        Assert.NotNull(result.Backup!.ProvenOn);
        Assert.True(result.Downtime > TimeSpan.Zero);
        await writer.StopAsync();
        var there = await scene.NotesAsync();
        Assert.Empty(writer.Acknowledged.Where(note => !there.Contains(note)));
        Assert.Equal("1.0.0", (await scene.Engine.Deployments.CreateAsync(scene.Deployment with { Version = null }, scene.Operation, default)).Version!.Text);

        // What it kept can be dropped like an upgrade's, and up it goes again.
        Assert.True((await scene.Engine.Upgrades.CompleteAsync(scene.Context, result.RunId, default)).Completed);
        var again = await scene.UpgradeAsync();
        Assert.True(again.Outcome == UpgradeOutcome.Succeeded, again.Error);
        Assert.Empty(writer.Acknowledged.Except(await scene.NotesAsync()));
    }

    [SkippableFact]
    public async Task A_command_that_ends_well_and_does_nothing_is_seen_through_and_taken_back()
    {
        await using var scene = await UpgradedAsync(null, ("SAMPLEAPP_LIE_DOWN", "1"));
        var before = await scene.RowsAsync(Lists);

        var result = await scene.DownAsync("1.1.0");

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        Assert.Equal("MigrateDownNoEffect", result.ErrorId);
        Assert.Contains("exit code 0", result.Error);
        await AssertAsBeforeAsync(scene, before);
    }

    [SkippableFact]
    public async Task A_command_that_fails_at_its_second_step_ends_in_the_state_before()
    {
        await using var scene = await UpgradedAsync(null, ("SAMPLEAPP_FAIL_DOWN", "v2.00-002"));
        await using var writer = new NoteWriter(scene.Url);
        await AtLeastAsync(writer, 5);
        var before = await scene.RowsAsync(Lists);

        var result = await scene.DownAsync();

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        Assert.Equal("CommandFailed", result.ErrorId);
        Assert.Contains("The migration down of", result.Error);
        await AssertAsBeforeAsync(scene, before);
        await writer.StopAsync();
        Assert.Empty(writer.Acknowledged.Except(await scene.NotesAsync()));

        // What the failed way down left is kept beside, as after an upgrade.
        Assert.Contains(result.Kept, item => item.Kind.StartsWith("Database", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_second_leg_that_fails_ends_in_the_state_before_the_first()
    {
        await using var scene = await UpgradedAsync(null, ("SAMPLEAPP_FAIL_DOWN", "v1.10-002"));
        var before = await scene.RowsAsync(Lists);

        var result = await scene.DownAsync();

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        Assert.Equal("1.0.0", result.Steps.Single(step => step.Status == UpgradeActionStatus.Failed).Stop!.Text);
        Assert.Equal("2.0.0", result.Reached!.Text);
        await AssertAsBeforeAsync(scene, before);
        Assert.Equal("2.0.0", (await scene.Engine.Upgrades.CompleteAsync(scene.Context, result.RunId, default)).Reached!.Text);
        await AssertAsBeforeAsync(scene, before);
    }

    [SkippableFact]
    public async Task Cancelling_while_it_migrates_down_ends_in_the_state_before()
    {
        await using var scene = await UpgradedAsync();
        await scene.SetAsync("SAMPLEAPP_MIGRATION_DELAY_MS", "1500");
        var before = await scene.RowsAsync(Lists);
        using var cancel = new CancellationTokenSource();
        var run = scene.DownAsync(null, cancel.Token);
        while (!run.IsCompleted && !scene.Operation.Lines.Any(line => line.Contains("Going to roll back changeset", StringComparison.Ordinal))) await Task.Delay(20);
        await Task.Delay(500);
        await cancel.CancelAsync();

        var result = await run;

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        Assert.Equal("UpgradeCancelled", result.ErrorId);
        await AssertAsBeforeAsync(scene, before);
    }

    [SkippableFact]
    public async Task Auto_migrates_down_where_all_since_is_reversible_and_else_counts_what_a_restore_loses()
    {
        using var folder = new TempFolder();
        var gated = folder.File("sampleapp.json");
        await File.WriteAllTextAsync(gated, (await File.ReadAllTextAsync(SampleApps.DefinitionPath)).Replace("\"^v2\\\\.00-\\\\d+$\", \"rollback\": \"reversible\"", "\"^v2\\\\.00-\\\\d+$\", \"rollback\": \"gate\"", StringComparison.Ordinal));
        Assert.Contains("\"^v2\\\\.00-\\\\d+$\", \"rollback\": \"gate\"", await File.ReadAllTextAsync(gated), StringComparison.Ordinal);
        await using (var scene = await UpgradedAsync())
        {
            var run = (await scene.Engine.Upgrades.ListAsync(scene.Deployment, default))[0];
            var judged = await scene.Engine.MigrateDown.JudgeAsync(scene.Context, run.RunId, default);
            Assert.True(judged.Strategy == UndoStrategy.MigrateDown, judged.Reason);
            Assert.Equal(["v1.10-001", "v1.10-002", "v1.10-003", "v2.00-001", "v2.00-002", "v2.00-003"], judged.Migrations.Select(one => one.Id));
            Assert.Empty(judged.Lost);
        }

        await using (var scene = await UpgradedAsync(gated))
        {
            var run = (await scene.Engine.Upgrades.ListAsync(scene.Deployment, default))[0];
            await using (var writer = new NoteWriter(scene.Url)) await AtLeastAsync(writer, 7);
            var judged = await scene.Engine.MigrateDown.JudgeAsync(scene.Context, run.RunId, default);
            Assert.Equal(UndoStrategy.Restore, judged.Strategy);
            Assert.Contains("v2.00-001", judged.Reason, StringComparison.Ordinal);
            var notes = Assert.Single(judged.Lost, change => change.Table.EndsWith("notes", StringComparison.Ordinal));
            Assert.True(notes.Now - notes.Before >= 7, notes.ToString());
            Assert.Equal(notes.Now - notes.Before, judged.LostRows);
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.DownAsync());
            Assert.Equal("MigrationIrreversible", failure.ErrorId);
            Assert.Equal("2.0.0", await scene.AnsweredVersionAsync());
        }
    }

    [SkippableFact]
    public async Task An_undo_chooses_to_migrate_down_and_keeps_what_was_written_since()
    {
        await using var scene = await UpgradedAsync();
        await using var writer = new NoteWriter(scene.Url);
        await AtLeastAsync(writer, 5);
        var run = (await scene.Engine.Upgrades.ListAsync(scene.Deployment, default))[0];
        var plan = await scene.Engine.Upgrades.PlanUndoAsync(scene.Context, new UndoRequest { RunId = run.RunId }, default);
        Assert.Equal((UndoStrategy.MigrateDown, true, 0), (plan.Strategy, plan.LossKnown, plan.Lost.Count));

        var undone = await scene.Engine.Upgrades.UndoAsync(scene.Context, new UndoRequest { RunId = run.RunId }, default);

        Assert.True(undone.Outcome == UpgradeOutcome.RolledBack, undone.Error);
        Assert.Equal((run.RunId, UndoStrategy.MigrateDown, "1.0.0"), (undone.RunId, undone.Undo!.Strategy, undone.Reached!.Text));
        Assert.Equal("1.0.0", await scene.AnsweredVersionAsync());
        await writer.StopAsync();
        Assert.Empty(writer.Acknowledged.Except(await scene.NotesAsync()));
        var runs = await scene.Engine.Upgrades.ListAsync(scene.Deployment, default);
        Assert.Equal([(UpgradeRunKind.MigrateDown, UpgradeOutcome.Succeeded), (UpgradeRunKind.Upgrade, UpgradeOutcome.RolledBack)], runs.Select(one => (one.Kind, one.Outcome!.Value)));

        // A way down can be undone like an upgrade: by the copy from before it.
        var up = await scene.Engine.Upgrades.UndoAsync(scene.Context, new UndoRequest { RunId = runs[0].RunId, Strategy = UndoStrategy.Restore }, default);
        Assert.True(up.Outcome == UpgradeOutcome.RolledBack, up.Error);
        Assert.Equal("2.0.0", await scene.AnsweredVersionAsync());
    }

    private protected virtual Task<DatabaseAccess?> DatabaseAsync() => Task.FromResult<DatabaseAccess?>(null);

    private static async Task AssertAsBeforeAsync(LiveScene scene, IReadOnlyList<string?> list)
    {
        Assert.Equal("2.0.0", await scene.AnsweredVersionAsync());
        Assert.Equal(list, await scene.RowsAsync(Lists));
    }

    private static async Task AtLeastAsync(NoteWriter writer, int count)
    {
        for (var i = 0; i < 1000 && writer.Acknowledged.Count < count; i++) await Task.Delay(10);
        Assert.True(writer.Acknowledged.Count >= count);
    }

    private async Task<LiveScene> UpgradedAsync(string? definition = null, params (string Name, string Value)[] environment)
    {
        var scene = await LiveScene.StartAsync(await DatabaseAsync(), definition, environment);
        var result = await scene.UpgradeAsync();
        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        await scene.ReopenAsync();
        return scene;
    }
}
