using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Managed.Dump;
using UpgradeModule.Engine.Databases.Postgres.Managed.Wire;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.Managed.Wire;

/// <summary>Rows come as the driver gives them, and what fails on the way is told as the driver tells it.</summary>
[Collection("Postgres")]
public class WireCopyTests(PostgresFixture postgres)
{
    private const int Tries = 25;

    [SkippableFact]
    public async Task Both_readers_give_the_same_bytes()
    {
        var logIn = await LogInAsync();
        await using var driver = await PostgresConnection.OpenAsync(logIn, CancellationToken.None);
        await using var wire = await OpenAsync(logIn);
        // Many rows or few, empty, odd, and larger than any buffer, read into room of any size.
        var rows = Gen.Frequency((5, Gen.Choose(0, 200)), (2, Gen.Choose(200_000, 300_000)), (1, Gen.Choose(1_000_000, 3_000_000)));
        var any = from lengths in rows.ListOf() from repeat in Gen.Choose(1, 300) from room in Gen.Elements(7, 100, 4096, 70_000, 1_300_000) select (lengths, repeat, room);
        foreach (var (lengths, repeat, room) in any.Sample(Tries, 12))
        {
            var values = lengths.Count == 0 ? "SELECT 1 WHERE false" : string.Join(" UNION ALL ", lengths.Select((length, place) => $"SELECT repeat(E'a\\t\\\\ü\\n{place % 10}', {length / 6}), n FROM generate_series(1, {(length > 1000 ? 1 : repeat)}) n"));
            var sql = $"COPY ({values}) TO STDOUT";
            Assert.Equal(await ReadAsync(driver, sql, 1 << 20), await ReadAsync(wire, sql, room));
        }
    }

    [SkippableFact]
    public async Task A_read_ends_with_a_row()
    {
        await using var wire = await OpenAsync(await LogInAsync());
        await using var copy = await wire.BeginCopyOutAsync("COPY (SELECT repeat('x', n % 700) FROM generate_series(1, 20000) n) TO STDOUT", CancellationToken.None);
        var buffer = new byte[10_000];
        for (int count; (count = await copy.Stream.ReadAsync(buffer)) > 0;) Assert.Equal((byte)'\n', buffer[count - 1]);
        copy.Ended = true;
    }

    [SkippableFact]
    public async Task A_failure_of_the_server_in_the_middle_is_told_and_leaves_the_session_usable()
    {
        await using var wire = await OpenAsync(await LogInAsync());
        const string Sql = "COPY (SELECT 1 / (200000 - n) FROM generate_series(1, 300000) n) TO STDOUT";
        Assert.Equal("22012", (await Assert.ThrowsAsync<PostgresException>(() => ReadAsync(wire, Sql, 4096))).SqlState);
        Assert.Equal("42P01", (await Assert.ThrowsAsync<PostgresException>(() => ReadAsync(wire, "COPY nowhere TO STDOUT", 4096))).SqlState);
        Assert.Equal("42601", (await Assert.ThrowsAsync<PostgresException>(() => wire.ExecuteAsync("SELEC 1", CancellationToken.None))).SqlState);
        await wire.ExecuteAsync("BEGIN; CREATE TEMP TABLE t (a int); INSERT INTO t VALUES (1); SELECT * FROM t", CancellationToken.None);
        Assert.Equal("1\n"u8.ToArray(), await ReadAsync(wire, "COPY t TO STDOUT", 4096));
    }

    [SkippableFact]
    public async Task A_session_that_is_killed_in_the_middle_says_so()
    {
        var logIn = await LogInAsync();
        await using var wire = await OpenAsync(logIn);
        await using var copy = await wire.BeginCopyOutAsync("COPY (SELECT repeat('x', 1000) FROM generate_series(1, 10000000)) TO STDOUT", CancellationToken.None);
        var buffer = new byte[100_000];
        Assert.True(await copy.Stream.ReadAsync(buffer) > 0);
        await postgres.AdminAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{logIn.Database}' AND pid <> pg_backend_pid()");
        var failure = await Assert.ThrowsAnyAsync<NpgsqlException>(async () =>
        {
            while (await copy.Stream.ReadAsync(buffer) > 0)
            {
            }
        });
        Assert.Equal("DatabaseUnreachable", PostgresErrors.Map(failure, logIn, "BackupFailed", "could not be dumped").ErrorId);
    }

    [SkippableTheory]
    [InlineData("SELECT pg_sleep(600)")]
    [InlineData("SELECT repeat('x', 1000) FROM generate_series(1, 100000000)")]
    public async Task What_is_cancelled_ends_on_the_server_too(string sql)
    {
        var logIn = await LogInAsync();
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await using var wire = await OpenAsync(logIn);
            await using var copy = await wire.BeginCopyOutAsync($"COPY ({sql}) TO STDOUT", cancel.Token);
            while (await copy.Stream.ReadAsync(new byte[1000], cancel.Token) > 0)
            {
            }
        });
        var since = Stopwatch.StartNew();
        while (await postgres.AskAsync($"SELECT count(*) FROM pg_stat_activity WHERE datname = '{logIn.Database}'") != "0")
        {
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(20), "The session is still at work.");
            await Task.Delay(50);
        }
    }

    [SkippableTheory]
    [InlineData("disable", "without the driver")]
    [InlineData("allow", "by the driver")]
    public async Task A_dump_tells_how_it_reads_and_is_the_same_either_way(string mode, string told)
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE TABLE a AS SELECT n, repeat('x', n % 100) FROM generate_series(1, 40000) n", "CREATE TABLE b AS SELECT * FROM a", "CREATE TABLE c ()", "INSERT INTO c DEFAULT VALUES");
        using var folder = new TempFolder();
        var operation = new RecordingOperation();
        var dump = await postgres.Open(new DatabaseAccess { Target = access.Target with { SslMode = mode }, Credential = access.Credential }).DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.Managed, Compression = BackupCompression.None }, operation, CancellationToken.None);
        Assert.Contains(operation.Verboses, detail => detail.Contains(told, StringComparison.Ordinal));
        Assert.Equal(["public.a: 40000", "public.b: 40000", "public.c: 1"], dump.Tables.Select(table => table.ToString()));
    }

    private async Task<PostgresLogIn> LogInAsync()
    {
        postgres.Require();
        return new PostgresServer(await postgres.CreateAsync()).Live;
    }

    private static async Task<WireSession> OpenAsync(PostgresLogIn logIn)
    {
        var (session, obstacle) = await WireSession.TryOpenAsync(logIn, false, CancellationToken.None);
        Assert.True(session is not null, obstacle);
        return session!;
    }

    private static async Task<byte[]> ReadAsync(ISnapshotReader reader, string sql, int room)
    {
        await using var copy = await reader.BeginCopyOutAsync(sql, CancellationToken.None);
        var (bytes, buffer) = (new MemoryStream(), new byte[room]);
        for (int count; (count = await copy.Stream.ReadAsync(buffer)) > 0;) bytes.Write(buffer, 0, count);
        copy.Ended = true;
        return bytes.ToArray();
    }
}
