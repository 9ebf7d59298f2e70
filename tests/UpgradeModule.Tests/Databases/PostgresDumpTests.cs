using Npgsql;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

[Collection("PostgresManaged")]
public class PostgresDumpTests(PostgresFixture postgres)
{
    private static readonly InvariantSpec[] Invariants = [new() { Name = "difference", Sql = "SELECT (SELECT count(*) FROM a) - (SELECT count(*) FROM b)" }, new() { Name = "broken", Sql = "SELECT x FROM nowhere" }, new() { Name = "after", Sql = "SELECT sum(1) FROM generate_series(1, 5)" }];

    internal static readonly string[] Schema =
    [
        "CREATE TABLE a (id serial PRIMARY KEY, x text)", "CREATE TABLE b (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, x text)",
        "CREATE SCHEMA \"Odd \"\" schéma\"", "CREATE TABLE \"Odd \"\" schéma\".\"sélect; --\" (\"from\" jsonb, n numeric(40,20), t timestamptz, b bytea, e text[])",
        "INSERT INTO \"Odd \"\" schéma\".\"sélect; --\" VALUES ('{\"a\":\"\\\\.\\t\"}', 1.5, now(), '\\x00ff', ARRAY['\\N', NULL, E'\\t\\n'])",
        "CREATE EXTENSION citext", "CREATE TABLE c (name citext UNIQUE)", "INSERT INTO c VALUES ('Ann')",
        "CREATE TABLE part (day date NOT NULL) PARTITION BY RANGE (day)", "CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')", "INSERT INTO part VALUES ('2026-02-03'), ('2026-02-04')",
        "CREATE VIEW v AS SELECT count(*) FROM a", "CREATE MATERIALIZED VIEW m AS SELECT 1 AS one",
    ];

    [SkippableFact]
    public async Task A_dump_is_of_one_moment_while_the_application_writes_at_full_speed()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, Schema);
        await PostgresFixture.RunAsync(access, "INSERT INTO a (x) SELECT repeat('x', 500) FROM generate_series(1, 20000)", "INSERT INTO b (x) SELECT x FROM a");
        using var stop = new CancellationTokenSource();
        var written = 0;
        var writer = Task.Run(async () =>
        {
            await using var connection = new NpgsqlConnection(PostgresFixture.ConnectionString(access));
            await connection.OpenAsync();
            while (!stop.IsCancellationRequested)
            {
                await using var command = new NpgsqlCommand("INSERT INTO a (x) VALUES ('y'); INSERT INTO b (x) VALUES ('y')", connection);
                await command.ExecuteNonQueryAsync();
                written++;
            }
        });
        while (Volatile.Read(ref written) < 20) await Task.Delay(5);
        using var folder = new TempFolder();
        var operation = new RecordingOperation();
        var dump = await postgres.Open(access).DumpAsync(folder.Path, Invariants, new BackupOptions { Engine = BackupEngine.PgDump }, operation, CancellationToken.None);
        var during = written;
        await stop.CancelAsync();
        await writer;
        Assert.Equal(["difference", "broken", "after"], dump.Invariants.Select(value => value.Name));
        Assert.Equal([0L, null, 5L], dump.Invariants.Select(value => value.Value));
        Assert.Contains("nowhere", dump.Invariants[1].Detail, StringComparison.Ordinal);
        var rows = dump.Tables.ToDictionary(table => table.Table, table => table.Rows);
        Assert.Equal(rows["public.a"], rows["public.b"]);
        Assert.InRange(rows["public.a"], 20_020, 20_000 + during);
        Assert.Equal(["\"Odd \"\" schéma\".\"sélect; --\"", "public.a", "public.b", "public.c", "public.part_1"], rows.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("pg_dump-custom", "data/database.dump"), (dump.Format, Assert.Single(dump.Files)));
        Assert.Matches(@"^\d+\.\d+", dump.Tools["pg_dump"]);
        Assert.Contains(operation.ProgressSeen, progress => progress.Percent == 100 && progress.Status.Contains("100%, 5 of 5 tables", StringComparison.Ordinal));
        Assert.True(operation.ProgressSeen[^1].Completed);

        // The archive holds exactly what was counted.
        var content = new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
        await using var scratch = await postgres.Open(access).RestoreToScratchAsync(content, operation, CancellationToken.None);
        Assert.Empty(TableComparison.Differences(dump.Tables, await scratch.Database.CountRowsAsync(CancellationToken.None)));
        Assert.Equal(0, (await scratch.Database.ReadInvariantsAsync(Invariants, CancellationToken.None))[0].Value);
    }

    [SkippableFact]
    public async Task A_cancelled_dump_leaves_no_file_no_program_and_no_session()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE TABLE big AS SELECT i, md5(i::text) || md5((i + 1)::text) AS t FROM generate_series(1, 400000) i");
        using var folder = new TempFolder();
        using var cancel = new CancellationTokenSource();
        var operation = new RecordingOperation { OnProgress = progress => { if (!progress.Completed) cancel.Cancel(); } };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => postgres.Open(access).DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.PgDump }, operation, cancel.Token));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories), File.Exists);
        await UntilAsync(async () => await postgres.AskAsync($"SELECT count(*) FROM pg_stat_activity WHERE datname = '{access.Target.Name}'") == "0");
    }

    [SkippableFact]
    public async Task Row_level_security_fails_loud_instead_of_losing_rows()
    {
        postgres.Require();
        var access = await postgres.CreateAsync("");
        await PostgresFixture.RunAsync(access, "CREATE TABLE secret (owner text)", "INSERT INTO secret VALUES ('me'), ('you')", "ALTER TABLE secret ENABLE ROW LEVEL SECURITY", "ALTER TABLE secret FORCE ROW LEVEL SECURITY", "CREATE POLICY mine ON secret USING (owner = 'me')");
        using var folder = new TempFolder();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => postgres.Open(access).DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.PgDump }, new RecordingOperation(), CancellationToken.None));
        Assert.Equal("PermissionMissing", failure.ErrorId);
        Assert.Contains("row-level security", failure.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Failures_of_connecting_are_told_apart_and_hold_no_password()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        var wrong = postgres.Access(access.Target.Name!, new DatabaseCredential(access.Target.User!, "hunter2"));
        var unknown = postgres.Access("no such database", access.Credential!);
        var nowhere = new DatabaseAccess { Target = access.Target with { Port = 1 }, Credential = access.Credential };
        Assert.Equal(("DatabaseLoginFailed", UpgradeErrorCategory.AuthenticationError), await FailureAsync(wrong));
        Assert.Equal(("DatabaseNotFound", UpgradeErrorCategory.ObjectNotFound), await FailureAsync(unknown));
        Assert.Equal(("DatabaseUnreachable", UpgradeErrorCategory.ConnectionError), await FailureAsync(nowhere));
        Assert.Equal(("DatabaseLoginFailed", UpgradeErrorCategory.AuthenticationError), await FailureAsync(postgres.Access(access.Target.Name!, new DatabaseCredential(access.Target.User!, ""))));
    }

    [SkippableFact]
    public async Task A_full_disk_is_said()
    {
        postgres.Require();
        using var disk = new SmallDisk(1);
        disk.Require();
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE TABLE big AS SELECT encode(sha256(i::text::bytea), 'hex') AS t FROM generate_series(1, 100000) i");
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => postgres.Open(access).DumpAsync(disk.Path, [], new BackupOptions { Engine = BackupEngine.PgDump }, new RecordingOperation(), CancellationToken.None));
        Assert.Equal("DiskFull", failure.ErrorId);
        Assert.DoesNotContain(Directory.GetFileSystemEntries(disk.Path, "*", SearchOption.AllDirectories), File.Exists);
    }

    [SkippableFact]
    public async Task What_is_there_and_what_is_missing_is_found_out()
    {
        postgres.Require();
        var able = await postgres.CreateAsync();
        var facts = await postgres.Open(able).InspectAsync(CancellationToken.None);
        Assert.True(facts is { Exists: true, CanCreateDatabase: true, CanProve: true, Size: > 0 });
        Assert.Empty(facts.Missing);
        Assert.Empty(facts.Sessions);
        Assert.Contains("scratch database on the server", facts.ProofPlace, StringComparison.Ordinal);

        var unable = await postgres.CreateAsync("");
        await using var application = new NpgsqlConnection(PostgresFixture.ConnectionString(unable));
        await application.OpenAsync();
        facts = await postgres.Open(unable).InspectAsync(CancellationToken.None);
        Assert.False(facts.CanCreateDatabase);
        Assert.Contains($"ALTER ROLE \"{unable.Target.User}\" CREATEDB", Assert.Single(facts.Missing), StringComparison.Ordinal);
        Assert.Contains("some app", Assert.Single(facts.Sessions), StringComparison.Ordinal);
        Assert.Contains("throw-away server", facts.ProofPlace, StringComparison.Ordinal);

        var helped = await postgres.Open(postgres.Access(unable.Target.Name!, unable.Credential!, postgres.Superuser)).InspectAsync(CancellationToken.None);
        Assert.True(helped.CanCreateDatabase);
        Assert.True(Directory.Exists(helped.DataDirectory));
    }

    [SkippableFact]
    public async Task A_query_reads_with_the_applications_search_path_and_cannot_write()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE SCHEMA app", "CREATE TABLE app.t (d date, b boolean)", "INSERT INTO app.t VALUES ('2026-03-04', true), (NULL, NULL)", $"ALTER DATABASE \"{access.Target.Name}\" SET search_path = app");
        var database = postgres.Open(access);
        var rows = await database.QueryAsync("SELECT d, b FROM t ORDER BY d", CancellationToken.None);
        Assert.Equal(["2026-03-04", "t"], rows[0]);
        Assert.Equal([null, null], rows[1]);
        Assert.Equal("DatabaseQueryFailed", (await Assert.ThrowsAsync<UpgradeException>(() => database.QueryAsync("DELETE FROM t", CancellationToken.None))).ErrorId);
        Assert.True(await database.TableExistsAsync("T", CancellationToken.None));
        Assert.True(await database.TableExistsAsync("app.t", CancellationToken.None));
        Assert.False(await database.TableExistsAsync("public.t", CancellationToken.None));
    }

    internal static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if (await condition()) return;
            await Task.Delay(50);
        }

        Assert.Fail("It did not come to pass within five seconds.");
    }

    private async Task<(string, UpgradeErrorCategory)> FailureAsync(DatabaseAccess access)
    {
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => postgres.Open(access).InspectAsync(CancellationToken.None));
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("pässword", failure.ToString(), StringComparison.Ordinal);
        return (failure.ErrorId, failure.Category);
    }
}
