using System.Globalization;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Programs;
using UpgradeModule.Tests.Databases.Managed;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

/// <summary>A machine without PostgreSQL's programs works with those of the container that the database runs in.</summary>
[Collection("PostgresInContainer")]
public class PostgresInContainerTests(PostgresInContainerFixture postgres)
{
    private static readonly string[] s_content =
    [
        "CREATE TABLE t (id serial PRIMARY KEY, v text)", "INSERT INTO t (v) SELECT 'ä' || i FROM generate_series(1, 500) i", "CREATE INDEX ON t (v)", "CREATE TABLE u (t int REFERENCES t)", "INSERT INTO u SELECT id FROM t", "SELECT lo_from_bytea(0, '\\x0001')",
        // What the module itself doesn't write.
        "CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)", "CREATE TEXT SEARCH CONFIGURATION mine (COPY = english)",
    ];

    [SkippableTheory]
    [InlineData(BackupEngine.PgDump)]
    [InlineData(null)]
    public async Task A_backup_is_made_proven_and_restored_by_the_programs_of_the_container(BackupEngine? engine)
    {
        postgres.Require();
        var access = await postgres.CreateAsync(s_content);
        var name = access.Target.Name!;
        var before = await OracleAsync(name);
        using var folder = new TempFolder();
        var operation = new RecordingOperation();
        // A server that is the first process of its container would start anew if a child of ours fell to it.
        await using var session = await PostgresConnection.OpenAsync(postgres.LogIn("postgres"), CancellationToken.None);
        await using var database = Open(access, operation);
        Assert.DoesNotContain((await database.InspectAsync(CancellationToken.None)).Missing, line => line.Contains("pg_dump", StringComparison.Ordinal));
        var dump = await database.DumpAsync(folder.Path, [], new BackupOptions { Engine = engine }, operation, CancellationToken.None);
        Assert.Equal("pg_dump-custom", dump.Format);
        Assert.Matches($@"^15\.\d+ in the container '{postgres.Name}'$", dump.Tools["pg_dump"]);
        Assert.Equal([("public.t", 500L), ("public.u", 500L)], dump.Tables.Select(table => (table.Table, table.Rows)));
        Assert.Equal(engine is null, operation.Warnings.Any(warning => warning.Contains("operator public.===(integer,integer)", StringComparison.Ordinal) && warning.Contains("So pg_dump writes this backup", StringComparison.Ordinal)));
        var content = new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
        await using (var scratch = await database.RestoreToScratchAsync(content, operation, CancellationToken.None))
        {
            Assert.Contains("on the server of", scratch.Location, StringComparison.Ordinal);
            Assert.Empty(TableComparison.Differences(dump.Tables, await scratch.Database.CountRowsAsync(CancellationToken.None)));
        }

        await postgres.RunAsync(name, "DELETE FROM u", "UPDATE t SET v = ''");
        Assert.Equal(dump.Tables, (await database.RestoreAsync(content, "r", operation, CancellationToken.None)).Tables);
        Oracle.AssertSame(before, await OracleAsync(name));
        Assert.Equal("1", await session.ScalarAsync("SELECT 1", CancellationToken.None));
        Assert.Equal("", await postgres.SaysAsync("ls /dev/shm | grep um-"));
        Assert.DoesNotContain(operation.Lines, line => line.Contains(postgres.Superuser.Reveal(), StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task What_neither_the_module_nor_a_program_can_write_is_refused_with_what_is_missing()
    {
        postgres.Require();
        var access = await postgres.CreateAsync("CREATE OPERATOR public.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq)");
        using var folder = new TempFolder();
        await using var database = new PostgresDatabase(access, new RecordingOperation(), _ => NoPrograms.Archiver());
        Assert.Contains((await database.InspectAsync(CancellationToken.None)).Missing, line => line.Contains("pg_dump of version 15 or newer is needed", StringComparison.Ordinal));
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => database.DumpAsync(folder.Path, [], BackupOptions.Default, new RecordingOperation(), CancellationToken.None));
        Assert.Equal("BackupNotCovered", failure.ErrorId);
        Assert.Contains("operator public.===(integer,integer)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("there is no pg_dump on this machine", failure.Remedy, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [SkippableFact]
    public async Task The_container_is_found_by_the_database_s_address()
    {
        postgres.Require();
        var access = await postgres.CreateAsync("CREATE TABLE t (i int)", "INSERT INTO t VALUES (1)");
        using var folder = new TempFolder();
        var operation = new RecordingOperation();
        await using var database = Open(postgres.Access(access.Target.Name!, named: false), operation);
        var dump = await database.DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.PgDump }, operation, CancellationToken.None);
        Assert.Contains(postgres.Name, dump.Tools["pg_dump"], StringComparison.Ordinal);
        Assert.Contains(operation.Verboses, line => line.Contains($"runs in the container '{postgres.Name}'", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData("custom")]
    [InlineData("tar")]
    [InlineData("directory")]
    public async Task Archives_that_others_made_are_restored_by_the_container_s_pg_restore(string format)
    {
        postgres.Require();
        var access = await postgres.CreateAsync(s_content);
        var name = access.Target.Name!;
        var before = await OracleAsync(name);
        using var folder = new TempFolder();
        var file = folder.File("archive." + format);
        var program = await PostgresPrograms.RequireAsync("pg_dump", 12, CancellationToken.None);
        Assert.True((await ProgramRun.ExecuteAsync(program.Path, ["--format=" + format, "--file=" + file], postgres.LogIn(name), null, null, CancellationToken.None)).Succeeded);
        Assert.Equal(await new PgArchiver().ReadFactsAsync(file, CancellationToken.None), await NoPrograms.Archiver().ReadFactsAsync(file, CancellationToken.None));
        await postgres.RunAsync(name, "DROP TABLE u");
        await using (var database = Open(access, new RecordingOperation()))
        {
            var content = await database.ReadArchiveAsync(file, CancellationToken.None);
            await database.RestoreAsync(content, "r", new RecordingOperation(), CancellationToken.None);
        }

        Oracle.AssertSame(before, await OracleAsync(name));
        Assert.Equal("", await postgres.SaysAsync("ls /dev/shm /tmp | grep -E 'um-|tmp[.]'"));
    }

    [SkippableFact]
    public async Task A_damaged_archive_is_told_from_a_missing_program()
    {
        postgres.Require();
        var access = await postgres.CreateAsync(s_content);
        using var folder = new TempFolder();
        await using var database = Open(access, new RecordingOperation());
        var dump = await database.DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.PgDump }, new RecordingOperation(), CancellationToken.None);
        var content = new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
        var bytes = await File.ReadAllBytesAsync(folder.File(dump.Files[0]));
        await File.WriteAllBytesAsync(folder.File(dump.Files[0]), bytes[..(bytes.Length * 2 / 3)]);
        Assert.Equal("BackupCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => database.RestoreAsync(content, "r", new RecordingOperation(), CancellationToken.None))).ErrorId);
        Assert.Equal("500", await postgres.AskAsync(access.Target.Name!, "SELECT count(*) FROM t"));
        await using var without = new PostgresDatabase(access, new RecordingOperation(), _ => NoPrograms.Archiver());
        Assert.Equal("BackupToolNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => without.RestoreAsync(content, "r", new RecordingOperation(), CancellationToken.None))).ErrorId);
    }

    [SkippableFact]
    public async Task A_cancelled_dump_leaves_no_program_in_the_container()
    {
        postgres.Require();
        var access = await postgres.CreateAsync("CREATE TABLE big AS SELECT i, md5(i::text) || md5((i + 1)::text) AS t FROM generate_series(1, 400000) i");
        using var folder = new TempFolder();
        using var cancel = new CancellationTokenSource();
        var operation = new RecordingOperation { OnProgress = progress => { if (!progress.Completed) cancel.Cancel(); } };
        await using var session = await PostgresConnection.OpenAsync(postgres.LogIn("postgres"), CancellationToken.None, "watching");
        await using var database = Open(access, operation);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.PgDump }, operation, cancel.Token));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories), File.Exists);
        for (var tries = 0; tries < 300 && await LeftAsync() != "0"; tries++) await Task.Delay(100);
        Assert.Equal("0", await LeftAsync());
        Assert.Equal("1", await session.ScalarAsync("SELECT 1", CancellationToken.None));
        Assert.Equal("", await postgres.SaysAsync("ls /dev/shm | grep um-"));

        async Task<string?> LeftAsync() => await postgres.AskAsync("postgres", "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'UpgradeModule'");
    }

    [SkippableTheory]
    [InlineData(BackupCompression.Gzip)]
    [InlineData(BackupCompression.Brotli)]
    public async Task What_an_extension_keeps_of_its_users_is_the_same_again(BackupCompression compression)
    {
        postgres.Require();
        var access = await postgres.CreateAsync(
            "CREATE SCHEMA keeper", "CREATE EXTENSION um_keeper", "CREATE TABLE t (i int)", "INSERT INTO t SELECT generate_series(1, 1000)",
            "INSERT INTO keeper.b_parent SELECT i, 'mine' FROM generate_series(2, 100) i", "INSERT INTO keeper.a_child (parent, v) SELECT i, repeat('x', 500) FROM generate_series(1, 100) i", "INSERT INTO keeper.internal VALUES (2)");
        var name = access.Target.Name!;
        var before = await OracleAsync(name);
        using var folder = new TempFolder();
        await using var database = Open(access, new RecordingOperation());
        var dump = await database.DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.Managed, Compression = compression }, new RecordingOperation(), CancellationToken.None);
        Assert.Equal([("public.t", 1000L)], dump.Tables.Select(table => (table.Table, table.Rows)));
        var content = new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
        await database.RestoreAsync(content, "r", new RecordingOperation(), CancellationToken.None);
        Oracle.AssertSame(before, await OracleAsync(name));
        Assert.Equal("1 shipped, 99 mine, 100 of 100, 1 internal", await postgres.AskAsync(name, "SELECT format('%s shipped, %s mine, %s of %s, %s internal', (SELECT count(*) FROM keeper.b_parent WHERE NOT own), (SELECT count(*) FROM keeper.b_parent WHERE own), (SELECT count(*) FROM keeper.a_child), (SELECT last_value FROM keeper.a_child_id_seq), (SELECT count(*) FROM keeper.internal))"));
        if (compression == BackupCompression.Gzip) await AssertStockAsync(name, folder.File(dump.Files[0]), before);
    }

    private async Task AssertStockAsync(string name, string file, string before)
    {
        var stock = name + " again";
        await postgres.RunAsync("postgres", $"CREATE DATABASE {SqlText.Name(stock)} TEMPLATE template0");
        var psql = (await PostgresPrograms.FindAsync("psql", CancellationToken.None))[^1];
        var script = file + ".sql";
        await using (var packed = new System.IO.Compression.GZipStream(File.OpenRead(file), System.IO.Compression.CompressionMode.Decompress))
        await using (var plain = File.Create(script)) await packed.CopyToAsync(plain);
        var result = await ProgramRun.ExecuteAsync(psql.Path, ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=" + script], postgres.LogIn(stock), null, null, CancellationToken.None);
        Assert.True(result.Succeeded, result.Complaint);
        Oracle.AssertSame(before, await OracleAsync(stock));
    }

    private Task<string> OracleAsync(string name) => new Oracle(postgres.LogIn).TextAsync(name);

    private static PostgresDatabase Open(DatabaseAccess access, RecordingOperation operation) => new(access, operation, container => NoPrograms.Archiver(container));
}
