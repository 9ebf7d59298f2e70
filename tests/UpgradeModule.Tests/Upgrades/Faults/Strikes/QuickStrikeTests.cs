using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Tests.Support;
using UpgradeModule.Tests.Upgrades.Live;

namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>Some of what may go wrong while an upgrade runs, for every run of the tests; the whole is in <see cref="ProcessStrikeTests"/> and <see cref="DockerStrikeTests"/>.</summary>
public sealed class QuickStrikeTests
{
    [SkippableFact]
    public async Task A_full_disk_is_told_and_the_run_goes_on_once_there_is_room()
    {
        SmallDisk? disk = null;
        await using var scene = await LiveScene.StartAsync(
            null,
            folder =>
            {
                disk = new SmallDisk(112, Path.Combine(folder, "app"));
                disk.Require();
                return disk;
            },
            null);

        var report = await StrikeCell.RunAsync(scene, new DiskFullStrike("the application's disk", disk!), "Swap@1.1.0", FaultMoment.Effect, "resume");

        Assert.True(report.Problem is null, report.ToString());
    }

    [SkippableFact]
    public async Task A_version_whose_page_fails_is_taken_back()
    {
        Skip.If(OperatingSystem.IsWindows(), "The troubles are those of Unix.");
        await using var scene = await LiveScene.StartAsync(null, null, ("SAMPLEAPP_SICK_PAGE", "2.0.0"));

        var report = await StrikeCell.RunAsync(scene, new SettingStrike("a page that fails", "SAMPLEAPP_SICK_PAGE"), null, default, "undo");

        Assert.True(report.Problem is null, report.ToString());
    }
}
