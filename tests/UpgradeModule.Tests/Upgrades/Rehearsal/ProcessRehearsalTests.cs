using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Upgrades.Rehearsal;
using UpgradeModule.Tests.Support;
using UpgradeModule.Tests.Upgrades.Live;
using Xunit.Abstractions;

namespace UpgradeModule.Tests.Upgrades.Rehearsal;

/// <summary>The sample app as a process, its upgrade rehearsed on clones.</summary>
[Collection("PostgresUpgrades")]
public class ProcessRehearsalTests(PostgresFixture postgres, ITestOutputHelper output)
{
    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_rehearsal_walks_every_stop_on_a_clone_and_leaves_the_deployment_as_it_was(bool onPostgres)
    {
        RequireIsolation();
        await using var scene = await StartAsync(onPostgres);
        var backup = await ProvenAsync(scene);
        var before = RehearsalWorld.Of(scene.Folder);
        var service = await scene.Engine.Services.GetAsync(scene.Context, default);

        var result = await RehearseAsync(scene);

        Assert.True(result.Healthy, string.Join(Environment.NewLine, result.Problems));
        Assert.True(result.Isolated);
        Assert.Equal(backup.Id, result.Backup!.Id);
        Assert.Equal(["1.1.0", "2.0.0"], result.Stops.Select(stop => stop.To.Text));
        Assert.Equal(["v1.10-001", "v1.10-002", "v1.10-003"], result.Stops[0].Migrations);
        Assert.Equal(["v2.00-001", "v2.00-002", "v2.00-003"], result.Stops[1].Migrations);
        Assert.All(result.Stops, stop =>
        {
            Assert.NotEmpty(stop.InvariantsBefore);
            Assert.Equal(stop.InvariantsBefore.Select(one => one.Value), stop.InvariantsAfter.Select(one => one.Value));
            Assert.Equal(["Stop", "RollbackPoint", "Swap", "Start", "Wait"], stop.Phases.Select(phase => phase.Id).Where(id => id is not ("ReadInvariants" or "CompareInvariants")));
            Assert.All(stop.Phases, phase => Assert.NotNull(phase.Duration));
        });
        Assert.True(result.PredictedDowntime > TimeSpan.Zero);
        Assert.Equal(result.PredictedDowntime!.Value.TotalMilliseconds, result.Stops.Sum(stop => stop.Downtime.TotalMilliseconds), 1.0);

        // Production: the same process, the same version, the same files, and nothing besides.
        var after = await scene.Engine.Services.GetAsync(scene.Context, default);
        Assert.Equal(service.ProcessId, after.ProcessId);
        Assert.Equal("1.0.0", await scene.AnsweredVersionAsync());
        Assert.Equal(before, RehearsalWorld.Of(scene.Folder));
        Assert.Empty(RehearsalWorld.Left(Path.Combine(scene.Folder, "app", ".upgrademodule")));
        Assert.Empty(await scene.Engine.Upgrades.ListAsync(scene.Deployment, default));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_rehearsed_application_reaches_no_other_listener_of_the_machine(bool onPostgres)
    {
        RequireIsolation();
        using var outside = new OutsideListener();
        await using var scene = await StartAsync(onPostgres, ("SAMPLEAPP_CALLS", outside.Addresses));
        Assert.True(await outside.CallsAsync() > 0, "The deployment itself does not call, so that nothing would be shown.");
        var before = await outside.CallsAsync();

        var result = await RehearseAsync(scene);

        Assert.True(result.Healthy, string.Join(Environment.NewLine, result.Problems));
        Assert.Equal(before, await outside.CallsAsync());
    }

    [SkippableFact]
    public async Task A_migration_that_fails_is_told_with_its_log_and_by_the_stop_that_it_belongs_to()
    {
        RequireIsolation();
        await using var scene = await StartAsync(false, ("SAMPLEAPP_FAIL_MIGRATION", "v2.00-002"));

        var result = await RehearseAsync(scene);

        Assert.False(result.Healthy);
        Assert.Null(result.PredictedDowntime);
        Assert.Equal([true, false], result.Stops.Select(stop => stop.Healthy));
        Assert.Contains("Migration failed for changeset v2.00-002", Assert.Single(result.Problems), StringComparison.Ordinal);
        Assert.Equal(["v2.00-001"], result.Stops[1].Migrations);
        Assert.Equal("1.0.0", await scene.AnsweredVersionAsync());
        Assert.Empty(RehearsalWorld.Left(Path.Combine(scene.Folder, "app", ".upgrademodule")));
    }

    [SkippableFact]
    public async Task A_rehearsal_that_is_cancelled_leaves_nothing()
    {
        RequireIsolation();
        await using var scene = await StartAsync(false, ("SAMPLEAPP_MIGRATION_DELAY_MS", "2000"));
        await ProvenAsync(scene);
        var before = RehearsalWorld.Of(scene.Folder);
        using var cancel = new CancellationTokenSource();
        var rehearsal = RehearseAsync(scene, cancel.Token);
        await WaitForAsync(() => RehearsalWorld.Processes().Count > 0, rehearsal);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rehearsal);
        Assert.Empty(RehearsalWorld.Processes());
        Assert.Empty(RehearsalWorld.Left(Path.Combine(scene.Folder, "app", ".upgrademodule")));
        Assert.Equal(before, RehearsalWorld.Of(scene.Folder));
    }

    [SkippableFact]
    public async Task What_a_killed_rehearsal_left_is_removed_by_the_next_one()
    {
        RequireIsolation();
        await using var scene = await StartAsync(false);

        // A mark of a process that is no more, as a rehearsal would have left it: its folder and a process of its clone.
        var mark = RehearsalWorld.StaleMark();
        var folder = Path.Combine(scene.Folder, "app", ".upgrademodule", "um-rehearsal-" + mark);
        Directory.CreateDirectory(Path.Combine(folder, "app"));
        var start = new System.Diagnostics.ProcessStartInfo("sleep", "600");
        start.Environment["UPGRADEMODULE_REHEARSAL"] = mark;
        using var left = System.Diagnostics.Process.Start(start)!;

        await RehearseAsync(scene);

        Assert.True(left.WaitForExit(5000));
        Assert.False(Directory.Exists(folder));
    }

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_downtime_of_a_migration_of_more_than_20_seconds_is_predicted_within_30_percent(bool onPostgres) => await PredictAsync(onPostgres, 3600);

    private async Task PredictAsync(bool onPostgres, int delay)
    {
        RequireIsolation();
        await using var scene = await StartAsync(onPostgres, ("SAMPLEAPP_MIGRATION_DELAY_MS", delay.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        var rehearsal = await RehearseAsync(scene);
        Assert.True(rehearsal.Healthy, string.Join(Environment.NewLine, rehearsal.Problems));

        var real = await scene.UpgradeAsync();

        Assert.Equal(UpgradeOutcome.Succeeded, real.Outcome);
        Assert.True(real.Downtime > TimeSpan.FromMilliseconds(6 * delay));
        var predicted = rehearsal.PredictedDowntime!.Value;
        output.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"predicted {predicted.TotalSeconds:0.0} s, real {real.Downtime.TotalSeconds:0.0} s"));
        Assert.InRange(predicted / real.Downtime, 0.7, 1.3);
    }

    private static async Task WaitForAsync(Func<bool> condition, Task running)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.False(running.IsCompleted || watch.Elapsed > TimeSpan.FromSeconds(60), "The clone was never started.");
            await Task.Delay(20);
        }
    }

    private static void RequireIsolation() => Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root on Linux can give a clone a network of its own.");

    private async Task<LiveScene> StartAsync(bool onPostgres, params (string Name, string Value)[] environment)
    {
        DatabaseAccess? access = null;
        if (onPostgres)
        {
            postgres.Require();
            access = await postgres.CreateAsync();
        }

        return await LiveScene.StartAsync(access, null, environment);
    }

    private static async Task<AppBackup> ProvenAsync(LiveScene scene)
    {
        var backup = await scene.Engine.Backups.BackupAsync(scene.Context, null, default);
        var result = await scene.Engine.Backups.TestAsync(backup, scene.Context, false, scene.Operation, default);
        Assert.True(result.Valid);
        return result.Backup;
    }

    private static async Task<UpgradeRehearsal> RehearseAsync(LiveScene scene, CancellationToken cancellationToken = default) => await scene.Engine.Rehearsals.RunAsync(
        scene.Context, new RehearsalRequest { Path = await scene.PathAsync(), ArtifactPath = await SampleApps.FolderAsync(), Timeout = TimeSpan.FromSeconds(60) }, cancellationToken);
}
