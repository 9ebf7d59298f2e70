using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Tests.Upgrades.Live;

namespace UpgradeModule.Tests.Upgrades.Faults;

/// <summary>Some cells of the fault matrix, for every run of the tests; the whole is in <see cref="FaultMatrixTests"/>.</summary>
public sealed class FaultCellTests
{
    [SkippableTheory]
    [InlineData("resume", "RollbackPoint@1.1.0", "Effect")]
    [InlineData("resume", "Start@1.1.0", "Effect")]
    [InlineData("undo", "Swap@2.0.0", "Effect")]
    [InlineData("undo", "CompareInvariants@2.0.0", "Result")]
    public async Task A_run_that_is_killed_is_finished_or_taken_back_with_every_row(string verb, string action, string moment)
    {
        Skip.If(OperatingSystem.IsWindows(), "The process is ended by a signal.");
        await using var scene = await LiveScene.StartAsync();

        var report = await FaultCell.RunAsync(scene, verb, action, Enum.Parse<FaultMoment>(moment));

        Assert.True(report.Problem is null, report.ToString());
    }

    [SkippableTheory]
    [InlineData("resume")]
    [InlineData("undo")]
    public async Task A_run_whose_machine_dies_in_the_middle_of_a_migration_is_finished_or_taken_back_with_every_row(string verb)
    {
        Skip.If(OperatingSystem.IsWindows(), "The process is ended by a signal.");
        await using var scene = await LiveScene.StartAsync(null, null, ("SAMPLEAPP_MIGRATION_DELAY_MS", "1000"));
        var log = scene.Deployment.Settings.LogPath ?? Path.Combine(Path.GetDirectoryName(scene.DatabaseFile)!, "sample.log");

        var report = await FaultCell.RunAsync(scene, verb, "Wait@1.1.0", FaultMoment.Intent, between: async () =>
        {
            // The first of its changes is made and not yet written down as made.
            while (!(await File.ReadAllTextAsync(log)).Contains("Running changeset v1.10-001", StringComparison.Ordinal)) await Task.Delay(10);
            while ((await scene.RowsAsync("SELECT count(*) FROM pragma_table_info('notes') WHERE name = 'pinned'"))[0] != "1") await Task.Delay(10);
            await scene.CutPowerAsync();
            await scene.ForgetAsync("SAMPLEAPP_MIGRATION_DELAY_MS");
        });

        Assert.True(report.Problem is null, report.ToString());
        Assert.Equal(verb == "resume" ? UpgradeOutcome.Succeeded : UpgradeOutcome.RolledBack, report.Outcome);
    }
}
