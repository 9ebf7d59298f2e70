using Npgsql;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.Managed;

/// <summary>What fails says why, and leaves nothing behind.</summary>
[Collection("PostgresManaged")]
public class ManagedFailureTests(PostgresFixture postgres)
{
    private static readonly BackupOptions s_managed = new() { Engine = BackupEngine.Managed };

    [SkippableTheory]
    [InlineData("CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)", "operator public.===(integer,integer)")]
    [InlineData("CREATE FOREIGN DATA WRAPPER nowhere", "foreign-data wrapper nowhere")]
    [InlineData("CREATE TEXT SEARCH CONFIGURATION public.mine (COPY = english)", "text search configuration public.mine")]
    [InlineData("CREATE TEXT SEARCH DICTIONARY public.words (TEMPLATE = simple)", "text search dictionary public.words")]
    [InlineData("CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler", "access method heap2")]
    [InlineData("CREATE CONVERSION public.c FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8", "conversion public.c")]
    [InlineData("CREATE SUBSCRIPTION s CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE)", "a subscription")]
    [InlineData("CREATE TYPE public.t; CREATE FUNCTION public.t_in(cstring) RETURNS public.t LANGUAGE internal IMMUTABLE STRICT AS 'int4in'; CREATE FUNCTION public.t_out(public.t) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out'; CREATE TYPE public.t (INPUT = public.t_in, OUTPUT = public.t_out, LIKE = int)", "type public.t")]
    public async Task What_is_not_covered_is_refused_by_name_before_anything_is_written(string sql, string name)
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await postgres.AdminInAsync(access.Target.Name!, sql);
        using var folder = new TempFolder();
        var failure = await FailureAsync(postgres.Access(access.Target.Name!, postgres.Superuser), folder.Path);
        Assert.Equal(("BackupNotCovered", UpgradeErrorCategory.NotImplemented), (failure.ErrorId, failure.Category));
        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
        Assert.Contains("-Engine PgDump", failure.Remedy, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
        var operation = new RecordingOperation();
        var dump = await postgres.Open(postgres.Access(access.Target.Name!, postgres.Superuser)).DumpAsync(folder.Path, [], BackupOptions.Default, operation, CancellationToken.None);
        Assert.Equal("pg_dump-custom", dump.Format);
        Assert.Contains(name, Assert.Single(operation.Warnings), StringComparison.Ordinal);
        if (name == "a subscription") await postgres.AdminInAsync(access.Target.Name!, "DROP SUBSCRIPTION s");
    }

    [SkippableFact]
    public async Task A_role_that_may_not_read_everything_is_told_so()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE TABLE mine (a int)", "INSERT INTO mine VALUES (1)", "CREATE TABLE guarded (a int)", "ALTER TABLE guarded ENABLE ROW LEVEL SECURITY", "ALTER TABLE guarded FORCE ROW LEVEL SECURITY");
        using var folder = new TempFolder();
        var failure = await FailureAsync(access, folder.Path);
        Assert.Equal("PermissionMissing", failure.ErrorId);
        Assert.Contains("public.guarded", failure.Message, StringComparison.Ordinal);
        await PostgresFixture.RunAsync(access, "DROP TABLE guarded");
        await postgres.AdminInAsync(access.Target.Name!, "CREATE TABLE others (a int)");
        failure = await FailureAsync(access, folder.Path);
        Assert.Equal("PermissionMissing", failure.ErrorId);
        Assert.Contains("others", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [SkippableFact]
    public async Task A_full_disk_is_said_and_leaves_nothing()
    {
        postgres.Require();
        using var disk = new SmallDisk(1);
        disk.Require();
        var access = await BigAsync();
        Assert.Equal("DiskFull", (await FailureAsync(access, disk.Path)).ErrorId);
        Assert.DoesNotContain(Directory.GetFileSystemEntries(disk.Path, "*", SearchOption.AllDirectories), File.Exists);
    }

    [SkippableTheory]
    [InlineData(BackupCompression.Gzip)]
    [InlineData(BackupCompression.Brotli)]
    public async Task A_cancelled_dump_and_restore_leave_nothing(BackupCompression compression)
    {
        postgres.Require();
        var access = await BigAsync();
        using var folder = new TempFolder();
        using (var cancel = new CancellationTokenSource())
        {
            var operation = new RecordingOperation { OnProgress = progress => { if (!progress.Completed) cancel.Cancel(); } };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => postgres.Open(access).DumpAsync(folder.Path, [], s_managed with { Compression = compression }, operation, cancel.Token));
            Assert.Empty(Files(folder));
        }

        var content = await DumpAsync(access, folder, compression);
        foreach (var live in new[] { true, false })
        {
            using var cancel = new CancellationTokenSource();
            var operation = new RecordingOperation { OnProgress = progress => { if (progress.Status.Contains("big", StringComparison.Ordinal)) cancel.Cancel(); } };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                if (live) await postgres.Open(access).RestoreAsync(content, "r", operation, cancel.Token);
                else await postgres.Open(access).RestoreToScratchAsync(content, operation, cancel.Token);
            });
        }

        Assert.Equal("1", await postgres.AskAsync($"SELECT count(*) FROM pg_database WHERE pg_get_userbyid(datdba) = '{access.Target.User}'"));
    }

    [SkippableFact]
    public async Task Connections_that_are_killed_end_a_dump_and_a_restore_with_an_error_and_nothing_else()
    {
        postgres.Require();
        var access = await BigAsync();
        var name = access.Target.Name!;
        using var folder = new TempFolder();
        var whole = await DumpAsync(access, folder, BackupCompression.Gzip);
        using var second = new TempFolder();
        foreach (var options in new[] { s_managed, s_managed with { Jobs = 1 }, s_managed with { Jobs = 4 }, s_managed with { Compression = BackupCompression.Brotli } })
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => postgres.Open(access).DumpAsync(second.Path, [], options, Killer(1, "DumpKill"), CancellationToken.None));
            Assert.Contains(failure.ErrorId, new[] { "DatabaseUnreachable", "BackupFailed" });
            Assert.Empty(Files(second));
            Directory.Delete(Path.Combine(second.Path, "data"), recursive: true);
        }

        for (var point = 1; point <= 6; point++)
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => postgres.Open(access).RestoreAsync(whole, "r", Killer(point, "RestoreKill"), CancellationToken.None));
            Assert.Contains(failure.ErrorId, new[] { "DatabaseUnreachable", "RestoreFailed" });
            Assert.Equal("1", await postgres.AskAsync($"SELECT count(*) FROM pg_database WHERE pg_get_userbyid(datdba) = '{access.Target.User}'"));
        }

        Assert.Equal("60000", await postgres.AskAsync("SELECT count(*) FROM big", name));

        // Ends every session of the role in the database that is worked on, when something is told for the nth time while there are such.
        RecordingOperation Killer(int point, string application)
        {
            var told = 0;
            return new RecordingOperation
            {
                OnProgress = progress =>
                {
                    if (progress.Completed || told == point) return;
                    using var connection = new NpgsqlConnection(PostgresFixture.ConnectionString(postgres.Access("postgres", postgres.Superuser), application));
                    connection.Open();
                    using var command = new NpgsqlCommand($"SELECT count({(told + 1 == point ? "pg_terminate_backend(pid)" : "*")}) FROM pg_stat_activity WHERE usename = '{access.Target.User}' AND datname LIKE '{name}%'", connection);
                    if (command.ExecuteScalar() is > 0L) told++;
                },
            };
        }
    }

    [SkippableTheory]
    [InlineData("cut")]
    [InlineData("overwritten")]
    [InlineData("no script")]
    [InlineData("index missing")]
    [InlineData("index damaged")]
    [InlineData("other rows")]
    public async Task A_damaged_backup_changes_nothing_and_leaves_nothing(string damage)
    {
        postgres.Require();
        var access = await BigAsync();
        using var folder = new TempFolder();
        var content = await DumpAsync(access, folder, BackupCompression.Gzip);
        var (file, index) = (Path.Combine(folder.Path, "data", "database.sql.gz"), Path.Combine(folder.Path, "data", "database.index.json"));
        var bytes = await File.ReadAllBytesAsync(file);
        if (damage == "cut") await File.WriteAllBytesAsync(file, bytes[..(bytes.Length * 2 / 3)]);
        if (damage == "overwritten") await File.WriteAllBytesAsync(file, [.. bytes[..(bytes.Length / 2)], .. new byte[5000], .. bytes[((bytes.Length / 2) + 5000)..]]);
        if (damage == "no script") await File.WriteAllTextAsync(file, "hello");
        if (damage == "index missing") File.Delete(index);
        if (damage == "index damaged") await File.WriteAllTextAsync(index, "{\"blocks\":[{\"raw\":-1}]}");
        if (damage == "other rows") content = content with { Tables = [new TableCount { Table = "public.big", Rows = 1 }] };
        if (damage != "other rows") Assert.Equal("BackupCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => postgres.Open(access).RestoreToScratchAsync(content, new RecordingOperation(), CancellationToken.None))).ErrorId);
        Assert.Equal("BackupCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => postgres.Open(access).RestoreAsync(content, "r", new RecordingOperation(), CancellationToken.None))).ErrorId);
        Assert.Equal("60000", await postgres.AskAsync("SELECT count(*) FROM big", access.Target.Name!));
        Assert.Equal("1", await postgres.AskAsync($"SELECT count(*) FROM pg_database WHERE pg_get_userbyid(datdba) = '{access.Target.User}'"));
    }

    [SkippableFact]
    public async Task A_table_that_somebody_waits_for_is_read_by_the_session_that_has_its_lock()
    {
        postgres.Require();
        var access = await BigAsync();
        await PostgresFixture.RunAsync(access, "CREATE TABLE wanted AS SELECT generate_series(1, 1000) AS i");
        using var folder = new TempFolder();
        await using var connection = new NpgsqlConnection(PostgresFixture.ConnectionString(access));
        await connection.OpenAsync();
        Task? waiting = null;
        // Told of the first table, all locks are held: from now on the exclusive lock waits, and whoever comes after it.
        var operation = new RecordingOperation
        {
            OnProgress = _ =>
            {
                if (waiting is not null) return;
                waiting = Task.Run(async () =>
                {
                    await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE wanted IN ACCESS EXCLUSIVE MODE; COMMIT", connection);
                    await command.ExecuteNonQueryAsync();
                });
                Thread.Sleep(500);
            },
        };
        var dump = await postgres.Open(access).DumpAsync(folder.Path, [], s_managed, operation, CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(2));
        await waiting!;
        Assert.Contains(dump.Tables, table => table is { Table: "public.wanted", Rows: 1000 });
    }

    [SkippableFact]
    public async Task Partitions_by_the_hash_of_an_enum_are_counted_together()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE TYPE mood AS ENUM ('a', 'b', 'c', 'd', 'e', 'f')", "CREATE TABLE h (m mood, i int) PARTITION BY HASH (m)", "CREATE TABLE h0 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 0)", "CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
            "INSERT INTO h SELECT m, i FROM unnest(enum_range(NULL::mood)) m, generate_series(1, 10) i");
        using var folder = new TempFolder();
        var content = await DumpAsync(access, folder, BackupCompression.Gzip);
        Assert.Equal("public.h: 60", Assert.Single(content.Tables).ToString());
        await using (await postgres.Open(access).RestoreToScratchAsync(content, new RecordingOperation(), CancellationToken.None))
        {
        }

        await postgres.Open(access).RestoreAsync(content, "r", new RecordingOperation(), CancellationToken.None);
        Assert.Equal("60", await postgres.AskAsync("SELECT count(*) FROM h", access.Target.Name!));
    }

    private static IEnumerable<string> Files(TempFolder folder) => Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories);

    private async Task<DatabaseAccess> BigAsync()
    {
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE TABLE big AS SELECT i, encode(sha256(i::text::bytea), 'hex') AS t FROM generate_series(1, 60000) i", "ALTER TABLE big ADD PRIMARY KEY (i)", "CREATE INDEX ON big (t)", "CREATE TABLE other AS SELECT i, md5(i::text) AS t FROM generate_series(1, 30000) i", "ALTER TABLE other ADD FOREIGN KEY (i) REFERENCES big");
        return access;
    }

    private async Task<BackupContent> DumpAsync(DatabaseAccess access, TempFolder folder, BackupCompression compression)
    {
        if (Directory.Exists(folder.File("data"))) Directory.Delete(folder.File("data"), recursive: true);
        var dump = await postgres.Open(access).DumpAsync(folder.Path, [], s_managed with { Compression = compression }, new RecordingOperation(), CancellationToken.None);
        return new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
    }

    private Task<UpgradeException> FailureAsync(DatabaseAccess access, string folder, RecordingOperation? operation = null) =>
        Assert.ThrowsAsync<UpgradeException>(() => postgres.Open(access).DumpAsync(folder, [], s_managed, operation ?? new RecordingOperation(), CancellationToken.None));
}
