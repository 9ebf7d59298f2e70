using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Tests.Upgrades.Live;

namespace UpgradeModule.Tests.Upgrades.Faults;

/// <summary>A migration down that is killed is finished by a resume, or taken back by an undo, like an upgrade.</summary>
public sealed class MigrateDownFaultTests
{
    [SkippableTheory]
    [InlineData("resume", "MigrateDown@1.1.0", "Effect")]
    [InlineData("resume", "Swap@1.1.0", "Effect")]
    [InlineData("undo", "MigrateDown@1.0.0", "Effect")]
    public Task A_migration_down_that_is_killed_is_finished_or_taken_back_with_every_row(string verb, string action, string moment) => KillAsync(verb, action, moment);

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData("resume", "Stop@1.0.0", "Effect")]
    [InlineData("resume", "MigrateDown@1.1.0", "Intent")]
    [InlineData("resume", "Swap@1.0.0", "Effect")]
    [InlineData("resume", "Start@1.0.0", "Effect")]
    [InlineData("undo", "Swap@1.1.0", "Effect")]
    [InlineData("undo", "Start@1.0.0", "Effect")]
    public Task So_is_one_that_is_killed_elsewhere(string verb, string action, string moment) => KillAsync(verb, action, moment);

    private static async Task KillAsync(string verb, string action, string moment)
    {
        Skip.If(OperatingSystem.IsWindows(), "The process is ended by a signal.");
        await using var scene = await LiveScene.StartAsync();
        var upgraded = await scene.UpgradeAsync();
        Assert.True(upgraded.Outcome == UpgradeOutcome.Succeeded, upgraded.Error);
        await scene.ReopenAsync();
        await using (var writer = new NoteWriter(scene.Url))
        {
            for (var i = 0; i < 1000 && writer.Acknowledged.Count < 3; i++) await Task.Delay(10);
        }

        var before = await scene.NotesAsync();

        var died = await FaultProcess.RunAsync(scene, "down", action, Enum.Parse<FaultMoment>(moment));
        Assert.True(died.Killed, died.Said);
        var shown = (await scene.Engine.Upgrades.ListAsync(scene.Context.Deployment, default))[0];
        Assert.Equal((UpgradeRunKind.MigrateDown, UpgradeOutcome.Interrupted), (shown.Kind, shown.Outcome!.Value));
        var after = await FaultProcess.RunAsync(scene, verb);

        Assert.True(after.Code == 0, after.Said);
        Assert.True(await scene.AnsweredVersionAsync() == (verb == "undo" ? "2.0.0" : "1.0.0"), after.Said);
        Assert.Subset(await scene.NotesAsync(), before);
        Assert.Equal(verb == "undo" ? 9 : 3, (await scene.RowsAsync("SELECT id FROM databasechangelog")).Count);
    }
}
