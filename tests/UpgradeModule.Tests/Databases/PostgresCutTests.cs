using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
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

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData(BackupEngine.Managed)]
    [InlineData(BackupEngine.PgDump)]
    public Task A_network_that_is_cut_anywhere_leaves_all_as_it_was(BackupEngine engine) => CutAsync(engine, [.. Enumerable.Range(0, 20).Select(_ => 0.01 + (0.97 * Random.Shared.NextDouble()))]);

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

    [SkippableFact]
    public async Task A_reader_that_finds_the_snapshot_gone_is_not_what_is_told_but_that_the_network_was_cut()
    {
        postgres.Require();
        using var scene = await PostgresFaultScene.MakeAsync(postgres);
        using var proxy = new CuttingProxy(postgres.Port);
        // The first holds the snapshot, the second reads. Both are lost while the third is on its way: that one comes through, and is the first to fail, as the
        // second has the server told before that nobody wants its rows any more, by the fourth.
        proxy.OnConnection = async number =>
        {
            if (number == 4) await proxy.EndOf(3);
            if (number != 3) return;
            proxy.Cut();
            await scene.WaitUntilAloneAsync();
        };
        await AssertCutIsToldAsync(scene, proxy, BackupEngine.Managed);
    }

    [SkippableFact]
    public async Task A_pg_dump_that_finds_the_snapshot_gone_is_not_what_is_told_but_that_the_network_was_cut()
    {
        postgres.Require();
        using var scene = await PostgresFaultScene.MakeAsync(postgres);
        using var proxy = new CuttingProxy(postgres.Port);
        // The first holds the snapshot, and is lost when it has counted all rows and pg_dump, the second, is on its way.
        proxy.OnConnection = async number =>
        {
            if (number != 2) return;
            for (var tries = 0; tries < 300 && await scene.AskAsync($"SELECT pid FROM pg_stat_activity WHERE usename = '{scene.Name}' AND state = 'idle in transaction' AND query = 'SET LOCAL search_path TO DEFAULT'") is null; tries++) await Task.Delay(50);
            proxy.Cut();
            await scene.WaitUntilAloneAsync();
        };
        await AssertCutIsToldAsync(scene, proxy, BackupEngine.PgDump);
    }

    [SkippableTheory]
    [InlineData(BackupEngine.Managed)]
    [InlineData(BackupEngine.PgDump)]
    public async Task A_snapshot_that_others_don_t_know_though_its_session_is_there_is_told_as_such(BackupEngine engine)
    {
        postgres.Require();
        using var scene = await PostgresFaultScene.MakeAsync(postgres, 100);
        // As where several servers stand behind one name: who comes later meets one that never heard of the snapshot.
        using var proxy = new CuttingProxy(postgres.Port)
        {
            OnAnswer = piece =>
            {
                if (Regex.Match(Encoding.Latin1.GetString(piece.Span), "[0-9A-F]{8}-[0-9A-F]{8}-1") is { Success: true } name) piece.Span[name.Index + name.Length - 1] = (byte)'9';
            },
        };
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.DumpAsync(new BackupOptions { Engine = engine }, scene.By(proxy.Port)));
        Assert.Equal("BackupFailed", failure.ErrorId);
        Assert.Contains("snapshot", failure.Message, StringComparison.Ordinal);
        await scene.AssertNothingIsLeftAsync();
    }

    [SkippableFact]
    public async Task A_session_that_was_lost_before_says_so_to_whoever_uses_it_again()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        using var proxy = new CuttingProxy(postgres.Port);
        await using var session = await PostgresConnection.OpenAsync(new PostgresServer(new DatabaseAccess { Target = access.Target with { Port = proxy.Port }, Credential = access.Credential }).Live, CancellationToken.None);
        proxy.Cut();
        // The driver tells a broken connection once, and takes it for closed from then on. It may have found out by itself, between two statements.
        await Assert.ThrowsAsync<NpgsqlException>(() => session.ScalarAsync("SELECT 1", CancellationToken.None));
        await Assert.ThrowsAsync<NpgsqlException>(() => session.ScalarAsync("SELECT 1", CancellationToken.None));
        await Assert.ThrowsAsync<NpgsqlException>(() => session.ExecuteAsync("SELECT 1", CancellationToken.None));
        await Assert.ThrowsAsync<NpgsqlException>(() => session.BeginCopyOutAsync("COPY (SELECT 1) TO STDOUT", CancellationToken.None));
        await Assert.ThrowsAsync<NpgsqlException>(() => session.BeginCopyInAsync("COPY t FROM STDIN", CancellationToken.None));
    }

    private static async Task AssertCutIsToldAsync(PostgresFaultScene scene, CuttingProxy proxy, BackupEngine engine)
    {
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.DumpAsync(new BackupOptions { Engine = engine }, scene.By(proxy.Port)));
        Assert.True(proxy.HasCut);
        Assert.Equal("DatabaseUnreachable", failure.ErrorId);
        Assert.DoesNotContain("snapshot identifier", failure.Message, StringComparison.Ordinal);
        await scene.AssertNothingIsLeftAsync();
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
            AssertIsTold(proxy, failure, engine, point, whole);
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
            AssertIsTold(proxy, failure, engine, point, whole);
            await scene.AssertNothingIsLeftAsync(files: content.Files.Count);
        }
    }

    private static void AssertIsTold(CuttingProxy proxy, UpgradeException failure, BackupEngine engine, double point, long whole) =>
        Assert.True(proxy.HasCut && failure.ErrorId == "DatabaseUnreachable", string.Create(CultureInfo.InvariantCulture, $"{engine} cut at {point} of {whole} bytes: {failure}"));
}
