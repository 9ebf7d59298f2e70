using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Engine.Upgrades.Journal;
using UpgradeModule.Engine.Upgrades.Undo;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades.Live;

/// <summary>Upgrades of the sample app, as real as they are on a server. Each engine runs the same tests.</summary>
public abstract class LiveUpgradeTests
{
    [SkippableFact]
    public async Task One_command_goes_from_1_0_by_way_of_1_1_to_2_0_with_all_data()
    {
        await using var scene = await LiveScene.StartAsync(await DatabaseAsync());
        await using var writer = new NoteWriter(scene.Url);

        var result = await scene.UpgradeAsync();

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.Equal(["1.1.0", "2.0.0"], result.Steps.Where(step => step.Id == "Swap").Select(step => step.Stop!.Text));
        Assert.Equal("2.0.0", await scene.AnsweredVersionAsync());
        Assert.NotNull(result.Backup!.ProvenOn);
        await writer.StopAsync();
        Assert.NotEmpty(writer.Acknowledged);
        await AssertEveryNoteIsThereAsync(scene, writer);
        Assert.Equal(4, result.Kept.Count);
        var completed = await scene.Engine.Upgrades.CompleteAsync(scene.Context, result.RunId, default);
        Assert.True(completed.Completed);
        Assert.Equal("2.0.0", await scene.AnsweredVersionAsync());
        await AssertEveryNoteIsThereAsync(scene, writer);
    }

    [SkippableFact]
    public async Task A_migration_that_fails_half_way_is_taken_back_with_every_acknowledged_row()
    {
        await using var scene = await LiveScene.StartAsync(await DatabaseAsync(), null, ("SAMPLEAPP_FAIL_MIGRATION", "v2.00-002"));
        await using var writer = new NoteWriter(scene.Url);

        var result = await scene.UpgradeAsync();

        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        Assert.Equal("1.1.0", result.Reached!.Text);
        Assert.Contains("2.0.0", result.Error);
        Assert.Equal("1.1.0", await scene.AnsweredVersionAsync());
        await Task.Delay(300);
        await writer.StopAsync();
        Assert.NotEmpty(writer.Acknowledged);
        await AssertEveryNoteIsThereAsync(scene, writer);
        Assert.Contains(result.Kept, item => item.Kind.StartsWith("Database", StringComparison.Ordinal) && item.Version!.Text == "2.0.0");
        await scene.Engine.Upgrades.CompleteAsync(scene.Context, result.RunId, default);
        Assert.Equal("1.1.0", await scene.AnsweredVersionAsync());
        await AssertEveryNoteIsThereAsync(scene, writer);
    }

    [SkippableFact]
    public async Task Cancelling_while_a_version_migrates_goes_back_to_the_last_good_one()
    {
        await using var scene = await LiveScene.StartAsync(await DatabaseAsync(), null, ("SAMPLEAPP_MIGRATION_DELAY_MS", "3000"));
        await using var writer = new NoteWriter(scene.Url);
        using var cancel = new CancellationTokenSource();
        var answered = TimeSpan.Zero;
        var run = scene.UpgradeAsync(cancel.Token);
        while (!run.IsCompleted && !scene.Operation.Lines.Any(line => line.Contains("[1.1.0] Wait until", StringComparison.Ordinal))) await Task.Delay(20);
        await Task.Delay(500);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await cancel.CancelAsync();
        while (watch.Elapsed < TimeSpan.FromSeconds(5) && !scene.Operation.Warnings.Any(warning => warning.StartsWith("Stopping: going back to SampleApp 1.0.0", StringComparison.Ordinal))) await Task.Delay(5);
        answered = watch.Elapsed;

        var result = await run;

        Assert.True(answered < TimeSpan.FromSeconds(2), answered.ToString());
        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        Assert.Equal("UpgradeCancelled", result.ErrorId);
        Assert.Equal("1.0.0", await scene.AnsweredVersionAsync());
        await writer.StopAsync();
        await AssertEveryNoteIsThereAsync(scene, writer);
    }

    [SkippableFact]
    public async Task A_second_run_at_the_same_time_is_refused_and_does_no_harm()
    {
        await using var scene = await LiveScene.StartAsync(await DatabaseAsync());
        var first = scene.UpgradeAsync();
        while (!first.IsCompleted && !scene.Operation.Lines.Any(line => line.Contains("Check that nothing", StringComparison.Ordinal))) await Task.Delay(10);

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.UpgradeAsync());

        Assert.Equal("DeploymentLocked", failure.ErrorId);
        Assert.Equal(UpgradeOutcome.Succeeded, (await first).Outcome);
        Assert.Equal("2.0.0", await scene.AnsweredVersionAsync());
    }

    [SkippableFact]
    public async Task A_manual_step_pauses_with_the_app_healthy_and_the_same_command_goes_on()
    {
        using var folder = new TempFolder();
        var definition = folder.File("sampleapp.json");
        var text = await File.ReadAllTextAsync(SampleApps.DefinitionPath);
        await File.WriteAllTextAsync(definition, text.Replace(
            "\"artifact\": {",
            "\"steps\": [ { \"id\": \"say-so\", \"title\": \"Write the note\", \"kind\": \"manual\", \"before\": \"2.0.0\", \"instructions\": \"Write the note 'ready for 2'.\", \"done\": { \"sql\": \"SELECT count(*) FROM notes WHERE text = 'ready for 2'\" } } ],\n  \"artifact\": {",
            StringComparison.Ordinal));
        await using var scene = await LiveScene.StartAsync(await DatabaseAsync(), definition);

        var paused = await scene.UpgradeAsync();

        Assert.True(paused.Outcome == UpgradeOutcome.Paused, paused.Error);
        Assert.Equal("say-so", paused.PausedAt!.Id);
        Assert.Equal("1.1.0", await scene.AnsweredVersionAsync());
        using var http = new HttpClient();
        using var body = new StringContent("{\"text\":\"ready for 2\"}", System.Text.Encoding.UTF8, "application/json");
        (await http.PostAsync(scene.Url + "/api/notes", body)).EnsureSuccessStatusCode();
        var result = await scene.UpgradeAsync();
        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        Assert.Equal("2.0.0", await scene.AnsweredVersionAsync());
    }

    [SkippableFact]
    public async Task A_run_that_was_completed_is_undone_from_its_backup_also_after_a_restart_of_the_machine_in_the_middle()
    {
        await using var scene = await LiveScene.StartAsync(await DatabaseAsync());
        await PostAsync(scene, "before");
        var run = await scene.UpgradeAsync();
        Assert.True(run.Outcome == UpgradeOutcome.Succeeded, run.Error);
        await PostAsync(scene, "after");
        await scene.Engine.Upgrades.CompleteAsync(scene.Context, run.RunId, default);
        var request = new UndoRequest { RunId = run.RunId, Strategy = UndoStrategy.Restore };

        var plan = await scene.Engine.Upgrades.PlanUndoAsync(scene.Context, request, default);

        Assert.Contains(run.Backup!.Path, plan.Source, StringComparison.Ordinal);
        Assert.True(plan.LossKnown);
        Assert.Equal(("notes", 1L), (plan.Lost.Single(table => table.Table.Contains("notes", StringComparison.Ordinal)).Table.Split('.')[^1], plan.Lost.Single(table => table.Table.Contains("notes", StringComparison.Ordinal)).Rows));

        // The data was put back when the machine went down; it came up with 2.0.0, which has migrated that data again.
        await using (var store = new UpgradeModule.Engine.State.StateStore(scene.StorePath))
        {
            var (document, journal, _) = await new RunJournals(store).FindAsync(scene.Context, run.RunId, default);
            UpgradeAction[] done = [Done("UndoStop"), Done("UndoData")];
            var undo = new UpgradeUndo { Strategy = UndoStrategy.Restore, StartedOn = DateTimeOffset.UtcNow };
            await journal.EndAsync(document with { Run = document.Run with { Outcome = null, EndedOn = null, Undo = undo, Steps = [.. document.Run.Steps, .. done.Select((step, index) => step with { Order = document.Run.Steps.Count + 1 + index })] } }, default);
        }

        var undone = await scene.Engine.Upgrades.ResumeAsync(scene.Context, new ResumeRequest(), default);

        Assert.True(undone.Outcome == UpgradeOutcome.RolledBack, undone.Error);
        Assert.NotNull(undone.Undo!.EndedOn);
        Assert.Equal("1.0.0", await scene.AnsweredVersionAsync());
        var notes = await scene.NotesAsync();
        Assert.Equal((true, false), (notes.Contains("before"), notes.Contains("after")));
        var replaced = undone.Kept.Single(item => item is { Dropped: false } && item.Kind.StartsWith("Database", StringComparison.Ordinal));
        Assert.Contains("after", await scene.NotesInAsync(replaced));
        Assert.All(await scene.Engine.Upgrades.TestHistoryAsync(scene.Deployment, undone.HistoryHead, default), found => Assert.True(found.Intact && found.ContainsHead == true, found.FirstBroken?.Message));
    }

    private static UpgradeAction Done(string id) => new() { Id = id, Title = id, Status = UpgradeActionStatus.Done, StartedOn = DateTimeOffset.UtcNow };

    private static async Task PostAsync(LiveScene scene, string text)
    {
        using var http = new HttpClient();
        using var body = new StringContent($$"""{"text":"{{text}}"}""", System.Text.Encoding.UTF8, "application/json");
        (await http.PostAsync(scene.Url + "/api/notes", body)).EnsureSuccessStatusCode();
    }

    private static async Task AssertEveryNoteIsThereAsync(LiveScene scene, NoteWriter writer)
    {
        var there = await scene.NotesAsync();
        Assert.Empty(writer.Acknowledged.Where(note => !there.Contains(note)));
    }

    private protected virtual Task<DatabaseAccess?> DatabaseAsync() => Task.FromResult<DatabaseAccess?>(null);
}
