using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Engine.Upgrades.Journal;
using UpgradeModule.Engine.Upgrades.Undo;

namespace UpgradeModule.Tests.Upgrades;

/// <summary>What is done by hand over a run that was cut short.</summary>
public sealed class StageCheckTests : IDisposable
{
    private readonly UpgradeBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Where_no_run_was_cut_short_nothing_is_said()
    {
        await CheckAllAsync(_bench);
        await _bench.RunAsync();
        await CheckAllAsync(_bench);

        Assert.Empty(_bench.Operation.Warnings);
    }

    [Fact]
    public async Task A_run_of_a_process_that_lives_is_the_locks_business_and_told_to_backups_which_take_none()
    {
        await _bench.KillAsync(() => _bench.RunAsync(), "Swap@1.1.0", FaultMoment.Effect);

        await CheckAllAsync(_bench);

        Assert.Contains("is under way", Assert.Single(_bench.Operation.Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Backup", "")]
    [InlineData("Stop@1.1.0", "Swap Restore")]
    [InlineData("Swap@1.1.0", "Swap Restore")]
    [InlineData("Start@1.1.0", "Swap Restore")]
    public async Task A_run_that_was_cut_short_is_told_and_what_would_do_harm_is_refused(string action, string refused)
    {
        await _bench.KillAsync(() => _bench.RunAsync(), action, FaultMoment.Effect);
        await DieAsync(_bench);

        Assert.Equal(refused, await RefusedAsync(_bench));

        Assert.Equal(5 - refused.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length, _bench.Operation.Warnings.Count);
        Assert.All(_bench.Operation.Warnings, told => Assert.True(told.Contains("Resume-UpgradeRun", StringComparison.Ordinal) && told.Contains("Undo-UpgradeRun", StringComparison.Ordinal), told));
    }

    [Theory]
    [InlineData("UndoStop", "Result", "Swap Restore")]
    [InlineData("UndoVersion", "Result", "Start Swap Restore")]
    [InlineData("UndoData", "Result", "Start Swap Restore")]
    [InlineData("UndoStart", "Intent", "Swap Restore")]
    public async Task Between_the_version_and_the_data_of_an_undo_nothing_is_started(string action, string moment, string refused)
    {
        await _bench.RunAsync();
        await _bench.KillAsync(() => _bench.Service.UndoAsync(_bench.Context, new UndoRequest(), default), action, Enum.Parse<FaultMoment>(moment));
        await DieAsync(_bench);

        Assert.Equal(refused, await RefusedAsync(_bench));
    }

    [Fact]
    public async Task Between_the_data_and_the_version_of_a_way_back_nothing_is_started()
    {
        _bench.World.Before["Wait#1"] = () => throw new UpgradeException("Broken", UpgradeErrorCategory.InvalidOperation, "app", "It never became healthy.");
        await _bench.KillAsync(() => _bench.RunAsync(), "Undo:Start@1.1.0", FaultMoment.Result);
        await DieAsync(_bench);

        Assert.Equal("Start Swap Restore", await RefusedAsync(_bench));
    }

    [Fact]
    public async Task With_force_data_is_replaced_all_the_same_and_it_is_told()
    {
        await _bench.KillAsync(() => _bench.RunAsync(), "Swap@1.1.0", FaultMoment.Effect);
        await DieAsync(_bench);

        await _bench.Service.CheckStageAsync(_bench.Context, Stage.Restore, force: true, default);

        Assert.Single(_bench.Operation.Warnings);
    }

    /// <summary>Has the process of the newest run be gone.</summary>
    internal static async Task DieAsync(UpgradeBench bench)
    {
        var (document, journal, _) = await new RunJournals(bench.Store).FindAsync(bench.Context, null, default);
        await journal.EndAsync(document with { Holder = document.Holder! with { Started = "of another process" } }, default);
    }

    private static async Task CheckAllAsync(UpgradeBench bench)
    {
        foreach (var stage in Enum.GetValues<Stage>()) await bench.Service.CheckStageAsync(bench.Context, stage, force: false, default);
    }

    private static async Task<string> RefusedAsync(UpgradeBench bench)
    {
        var refused = new List<Stage>();
        foreach (var stage in Enum.GetValues<Stage>())
        {
            try
            {
                await bench.Service.CheckStageAsync(bench.Context, stage, force: false, default);
            }
            catch (UpgradeException failure)
            {
                Assert.Equal("RunInterrupted", failure.ErrorId);
                Assert.Contains("Undo-UpgradeRun", failure.Remedy, StringComparison.Ordinal);
                refused.Add(stage);
            }
        }

        return string.Join(' ', refused);
    }
}
