using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

/// <summary>The network goes away, wherever in a backup or restore: there is an error, the data is as it was, and nothing is left.</summary>
[Collection("Postgres")]
public class PostgresCutTests(PostgresFixture postgres)
{
    [SkippableTheory]
    [InlineData(BackupEngine.Managed)]
    [InlineData(BackupEngine.PgDump)]
    public Task A_network_that_is_cut_at_a_few_points_leaves_all_as_it_was(BackupEngine engine) => CutAsync(engine, [0.3, 0.95]);

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData(BackupEngine.Managed)]
    [InlineData(BackupEngine.PgDump)]
    public Task A_network_that_is_cut_at_ten_points_leaves_all_as_it_was(BackupEngine engine) => CutAsync(engine, [0.02, 0.07, 0.12, 0.25, 0.4, 0.55, 0.7, 0.85, 0.93, 0.98]);

    [SkippableFact]
    public async Task A_server_that_stays_away_is_told_with_the_database_that_may_be_left_there()
    {
        postgres.Require();
        using var scene = await PostgresFaultScene.MakeAsync(postgres, 2000);
        var content = await scene.DumpAsync(new BackupOptions { Engine = BackupEngine.Managed });
        using var counting = new CuttingProxy(postgres.Port);
        await scene.DropKeptAsync(await scene.RestoreAsync(content, scene.By(counting.Port)));
        using var proxy = new CuttingProxy(postgres.Port, counting.Passed / 2, comesBack: false);
        var operation = new RecordingOperation();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.RestoreAsync(content, scene.By(proxy.Port), operation));
        Assert.Equal("DatabaseUnreachable", failure.ErrorId);
        Assert.Contains(operation.Warnings, warning => warning.Contains($"{scene.Name}__um_r-new", StringComparison.Ordinal));
        // The next one begins by removing it.
        await scene.DropKeptAsync(await scene.RestoreAsync(content));
        await scene.AssertNothingIsLeftAsync(files: 2);
    }

    private async Task CutAsync(BackupEngine engine, double[] points)
    {
        postgres.Require();
        using var scene = await PostgresFaultScene.MakeAsync(postgres);
        var options = new BackupOptions { Engine = engine };
        long whole;
        using (var counting = new CuttingProxy(postgres.Port))
        {
            await scene.DumpAsync(options, scene.By(counting.Port));
            whole = counting.Passed;
        }

        foreach (var point in points)
        {
            using var proxy = new CuttingProxy(postgres.Port, (long)(whole * point));
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.DumpAsync(options, scene.By(proxy.Port)));
            Assert.True(proxy.HasCut);
            Assert.Equal("DatabaseUnreachable", failure.ErrorId);
            await scene.AssertNothingIsLeftAsync();
        }

        var content = await scene.DumpAsync(options);
        using (var counting = new CuttingProxy(postgres.Port))
        {
            await scene.DropKeptAsync(await scene.RestoreAsync(content, scene.By(counting.Port)));
            whole = counting.Passed;
        }

        foreach (var point in points)
        {
            using var proxy = new CuttingProxy(postgres.Port, (long)(whole * point));
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.RestoreAsync(content, scene.By(proxy.Port)));
            Assert.True(proxy.HasCut);
            Assert.Equal("DatabaseUnreachable", failure.ErrorId);
            await scene.AssertNothingIsLeftAsync(files: content.Files.Count);
        }
    }
}
