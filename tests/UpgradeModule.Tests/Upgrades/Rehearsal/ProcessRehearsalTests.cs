using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Upgrades.Rehearsal;
using UpgradeModule.Tests.Support;
using UpgradeModule.Tests.Upgrades.Live;

namespace UpgradeModule.Tests.Upgrades.Rehearsal;

/// <summary>The sample app as a process, its upgrade rehearsed on clones.</summary>
[Collection("Postgres")]
public class ProcessRehearsalTests(PostgresFixture postgres)
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
