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
}
