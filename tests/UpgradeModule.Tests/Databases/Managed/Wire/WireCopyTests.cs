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
[Collection("PostgresManaged")]
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

    [SkippableFact]
    public async Task Notices_between_rows_are_passed_over()
    {
        var logIn = await LogInAsync();
        await postgres.AdminInAsync(logIn.Database, "CREATE FUNCTION public.loud(i int) RETURNS int LANGUAGE plpgsql AS $$ BEGIN IF i % 3 = 0 THEN RAISE NOTICE 'row %, %', i, repeat('x', i); PERFORM set_config('application_name', 'a' || i, false); END IF; RETURN i; END $$");
        await using var wire = await OpenAsync(logIn);
        foreach (var room in new[] { 100, 1 << 20 })
        {
            var bytes = await ReadAsync(wire, "COPY (SELECT public.loud(n) FROM generate_series(1, 3000) n) TO STDOUT", room);
            Assert.Equal(string.Concat(Enumerable.Range(1, 3000).Select(n => $"{n}\n")), System.Text.Encoding.UTF8.GetString(bytes));
        }
    }

    [SkippableFact]
    public async Task A_role_that_wants_to_hear_everything_is_backed_up_and_restored()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        var name = access.Target.Name!;
        await PostgresFixture.RunAsync(access, "CREATE TABLE a AS SELECT n, repeat('x', n % 100) FROM generate_series(1, 40000) n", "CREATE TABLE b (i int PRIMARY KEY)", "INSERT INTO b VALUES (1)");
        await postgres.AdminAsync($"ALTER ROLE {name} SET client_min_messages = debug5", $"ALTER ROLE {name} SET log_statement_stats = on", $"ALTER ROLE {name} SET debug_print_plan = on");
        using var folder = new TempFolder();
        var operation = new RecordingOperation();
        var dump = await postgres.Open(access).DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.Managed }, operation, CancellationToken.None);
        Assert.Contains(operation.Verboses, detail => detail.Contains("without the driver", StringComparison.Ordinal));
        Assert.Equal(["public.a: 40000", "public.b: 1"], dump.Tables.Select(table => table.ToString()));
        var restored = await postgres.Open(access).RestoreAsync(new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables }, "r", new RecordingOperation(), CancellationToken.None);
        Assert.Equal(["public.a: 40000", "public.b: 1"], restored.Tables.Select(table => table.ToString()));
    }

    [SkippableFact]
    public async Task What_a_dump_sets_ends_with_its_transaction()
    {
        // Behind a pooler, whoever has the server's session next would find it.
        const string Ask = "SELECT string_agg(name || ' ' || setting, E'\n' ORDER BY name) FROM pg_catalog.pg_settings WHERE name IN ('search_path', 'row_security', 'extra_float_digits', 'DateStyle', 'TimeZone', 'IntervalStyle', 'quote_all_identifiers', 'bytea_output', 'synchronize_seqscans')";
        var logIn = await LogInAsync();
        foreach (var setting in new[] { "DateStyle = 'SQL, DMY'", "TimeZone = 'Asia/Tokyo'", "IntervalStyle = iso_8601", "search_path = elsewhere", "extra_float_digits = 0", "bytea_output = escape", "quote_all_identifiers = on" }) await postgres.AdminAsync($"ALTER ROLE {logIn.Credential.UserName} SET {setting}");
        await using var driver = await PostgresConnection.OpenAsync(logIn, CancellationToken.None);
        await using var wire = await OpenAsync(logIn);
        var before = await driver.ScalarAsync(Ask, CancellationToken.None);
        Assert.Contains("SQL, DMY", before, StringComparison.Ordinal);

        await SnapshotSession.FollowAsync(wire, await SnapshotSession.LeadAsync(driver, CancellationToken.None), CancellationToken.None);
        var within = await driver.ScalarAsync(Ask, CancellationToken.None);
        Assert.Contains("DateStyle ISO, DMY", within, StringComparison.Ordinal);
        Assert.Contains("TimeZone GMT", within, StringComparison.Ordinal);
        Assert.Equal(within, await TextAsync());
        foreach (var session in new ISnapshotReader[] { driver, wire }) await session.ExecuteAsync("ROLLBACK", CancellationToken.None);

        Assert.Equal(before, await driver.ScalarAsync(Ask, CancellationToken.None));
        Assert.Equal(before, await TextAsync());

        async Task<string> TextAsync() => System.Text.Encoding.UTF8.GetString(await ReadAsync(wire, $"COPY ({Ask}) TO STDOUT", 4096)).TrimEnd('\n').Replace("\\n", "\n", StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(BackupCompression.Gzip)]
    [InlineData(BackupCompression.Brotli)]
    public async Task A_restore_tells_how_much_of_the_rows_is_loaded(BackupCompression compression)
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE TABLE a AS SELECT n, repeat('x', 100) FROM generate_series(1, 40000) n");
        using var folder = new TempFolder();
        var dump = await postgres.Open(access).DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.Managed, Compression = compression }, new RecordingOperation(), CancellationToken.None);
        var operation = new RecordingOperation();
        await postgres.Open(access).RestoreAsync(new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables }, "r", operation, CancellationToken.None);
        Assert.Contains(operation.ProgressSeen, progress => progress.Status.Contains(", 1 of 1 tables, 4.", StringComparison.Ordinal) && progress.Status.Contains(" MiB", StringComparison.Ordinal));
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
