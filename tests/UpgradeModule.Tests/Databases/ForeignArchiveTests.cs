using System.IO.Compression;
using Npgsql;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Archives;
using UpgradeModule.Engine.Databases.Postgres.Managed.Restore;
using UpgradeModule.Engine.Databases.Postgres.Programs;
using UpgradeModule.Tests.Databases.Managed;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

/// <summary>What somebody made with pg_dump is restored as a backup is: beside, then swapped, the data before kept.</summary>
[Collection("PostgresManaged")]
public class ForeignArchiveTests(PostgresFixture postgres)
{
    [SkippableTheory]
    [InlineData("plain")]
    [InlineData("plain.gz")]
    [InlineData("plain", "--create")]
    [InlineData("plain", "--clean", "--if-exists")]
    [InlineData("plain", "--clean")]
    [InlineData("plain", "--inserts")]
    [InlineData("plain", "--column-inserts", "--rows-per-insert=7")]
    [InlineData("plain", "--encoding=LATIN1")]
    [InlineData("custom")]
    [InlineData("tar")]
    [InlineData("directory")]
    public async Task Every_format_of_pg_dump_gives_the_database_again(string format, params string[] options)
    {
        postgres.Require();
        var access = await MakeAsync(withOddCharacters: !options.Contains("--encoding=LATIN1"));
        var name = access.Target.Name!;
        using var folder = new TempFolder();
        var file = await DumpAsync(name, folder, format, options);
        var before = await new Oracle(postgres).TextAsync(name);
        await postgres.AdminInAsync(name, "TRUNCATE t CASCADE; CREATE TABLE newer (i int)");
        var outcome = await RestoreAsync(postgres.Access(name, postgres.Superuser), file);
        Oracle.AssertSame(before, await new Oracle(postgres).TextAsync(name));
        Assert.Contains(outcome.Tables, table => table is { Table: "public.t", Rows: 203 });
        Assert.Equal("0", await postgres.AskAsync("SELECT count(*) FROM t", outcome.Previous.Location));
    }

    [SkippableTheory]
    [InlineData("plain.gz")]
    [InlineData("custom")]
    public async Task An_ordinary_role_restores_its_own_without_owners(string format)
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE TABLE t (i serial PRIMARY KEY, s text)", "INSERT INTO t (s) VALUES ('a'), ('b')", StatementRunner.ForDriver("CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN count(*) > 1 THEN 1 ELSE 2 END FROM t; SELECT 3; END"));
        // A comment that it may not make, and an owner that it may not name.
        await postgres.AdminInAsync(access.Target.Name!, "COMMENT ON EXTENSION plpgsql IS 'mine'", "GRANT SELECT ON t TO PUBLIC");
        using var folder = new TempFolder();
        var file = await DumpAsync(access.Target.Name!, folder, format, []);
        await PostgresFixture.RunAsync(access, "DELETE FROM t");
        var outcome = await RestoreAsync(access, file);
        Assert.Equal("public.t: 2", Assert.Single(outcome.Tables).ToString());
        Assert.Equal(("3", "t"), (await postgres.AskAsync("SELECT f()", access.Target.Name!), await postgres.AskAsync("SELECT has_table_privilege('public', 't', 'SELECT')", access.Target.Name!)));
    }

    [SkippableFact]
    public async Task A_file_that_is_cut_anywhere_changes_nothing()
    {
        postgres.Require();
        var access = await MakeAsync();
        var name = access.Target.Name!;
        using var folder = new TempFolder();
        var bytes = await File.ReadAllBytesAsync(await DumpAsync(name, folder, "plain", []));
        var before = await new Oracle(postgres).TextAsync(name);
        foreach (var part in new[] { 0.3, 0.6, 0.9, 0.999 })
        {
            var cut = folder.File("cut.sql");
            await File.WriteAllBytesAsync(cut, bytes[..(int)(bytes.Length * part)]);
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => RestoreAsync(postgres.Access(name, postgres.Superuser), cut));
            Assert.Equal("BackupCorrupt", failure.ErrorId);
        }

        await using (var pack = new GZipStream(File.Create(folder.File("cut.sql.gz")), CompressionLevel.Fastest)) await pack.WriteAsync(bytes);
        var packed = await File.ReadAllBytesAsync(folder.File("cut.sql.gz"));
        await File.WriteAllBytesAsync(folder.File("cut.sql.gz"), packed[..(packed.Length / 2)]);
        Assert.Equal("BackupCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => RestoreAsync(postgres.Access(name, postgres.Superuser), folder.File("cut.sql.gz")))).ErrorId);
        // pg_restore would read on for ever.
        bytes = await File.ReadAllBytesAsync(await DumpAsync(name, folder, "tar", []));
        foreach (var part in new[] { 0.1, 0.5, 0.9 })
        {
            await File.WriteAllBytesAsync(folder.File("cut.tar"), bytes[..(int)(bytes.Length * part)]);
            Assert.Equal("BackupCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => RestoreAsync(postgres.Access(name, postgres.Superuser), folder.File("cut.tar")))).ErrorId);
        }

        Oracle.AssertSame(before, await new Oracle(postgres).TextAsync(name));
        Assert.Equal(name, await postgres.AskAsync($"SELECT string_agg(datname, ', ') FROM pg_database WHERE datname LIKE '{name}%'"));
    }

    [Theory]
    [InlineData("-- MySQL dump 10.13", "ArchiveNotRecognized", "doesn't begin")]
    [InlineData("--\n-- PostgreSQL database cluster dump\n--", "ArchiveNotRecognized", "pg_dumpall")]
    [InlineData("--\n-- A PostgreSQL 15.18 database, written by UpgradeModule 0.1.0.", "ArchiveNotRecognized", "a part of a backup")]
    [InlineData("", "ArchiveNotRecognized", "doesn't begin")]
    [InlineData(null, "ArchiveNotFound", "There is no file")]
    public async Task What_is_no_archive_of_one_database_is_said(string? text, string errorId, string says)
    {
        using var folder = new TempFolder();
        var file = folder.File("x.sql");
        if (text is not null) await File.WriteAllTextAsync(file, text);
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => ForeignArchive.ReadAsync(file, CancellationToken.None));
        Assert.Equal((errorId, file), (failure.ErrorId, failure.Target));
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a; b ;c", "a|b")]
    [InlineData("SELECT ';', \";\", E'\\';', $$;$$, $x$ $$;$x$; b;", "SELECT ';', \";\", E'\\';', $$;$$, $x$ $$;$x$|b")]
    [InlineData("-- a;\nb -- ;\n;/* ; /* ; */ ; */ c;", "b|c")]
    [InlineData("CREATE RULE r AS DO (a; b); c;", "CREATE RULE r AS DO (a; b)|c")]
    [InlineData("CREATE FUNCTION f() BEGIN ATOMIC a; SELECT CASE x WHEN 1 THEN 2 END; END; c;", "CREATE FUNCTION f() BEGIN ATOMIC a; SELECT CASE x WHEN 1 THEN 2 END; END|c")]
    [InlineData("BEGIN; COMMIT; SELECT $1 FROM a$b; x;", "BEGIN|COMMIT|SELECT $1 FROM a$b|x")]
    [InlineData("SELECT 'it''s; ' + 'a\\'; b;", "SELECT 'it''s; ' + 'a\\'|b")]
    public void A_script_is_cut_where_psql_cuts_it(string script, string statements)
    {
        var splitter = new StatementSplitter();
        Assert.Equal(statements.Split('|'), script.Split('\n').SelectMany(line => splitter.Add(line + "\n")).Select(statement => statement.Trim()));
    }

    [SkippableFact]
    public async Task Sessions_that_hold_on_are_ended_where_that_is_wanted_and_named()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE TABLE t AS SELECT 1 AS i");
        using var folder = new TempFolder();
        var file = await DumpAsync(access.Target.Name!, folder, "plain", []);
        await using var session = new NpgsqlConnection(PostgresFixture.ConnectionString(access, "pgAdmin of Ann"));
        await session.OpenAsync();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => RestoreAsync(access, file));
        Assert.Equal("DatabaseInUse", failure.ErrorId);
        Assert.Contains("pgAdmin of Ann", failure.Message, StringComparison.Ordinal);
        var operation = new RecordingOperation();
        await RestoreAsync(access, file, operation, ends: true);
        Assert.Contains("pgAdmin of Ann", Assert.Single(operation.Warnings), StringComparison.Ordinal);
    }

    private async Task<RestoreOutcome> RestoreAsync(DatabaseAccess access, string file, RecordingOperation? operation = null, bool ends = false)
    {
        operation ??= new RecordingOperation();
        var database = postgres.Open(access, operation);
        var content = await database.ReadArchiveAsync(file, CancellationToken.None);
        return await database.RestoreAsync(content with { EndsSessions = ends }, "r", operation, CancellationToken.None);
    }

    private async Task<DatabaseAccess> MakeAsync(bool withOddCharacters = true)
    {
        var access = await postgres.CreateAsync();
        var odd = withOddCharacters ? "'€ 漢 \\. \\N'" : "'é'";
        await postgres.AdminInAsync(
            access.Target.Name!,
            "CREATE TABLE t (id serial PRIMARY KEY, s text, b bytea)", $"INSERT INTO t (s, b) VALUES ('\\.', '\\x00ff'), (E'a;\\nb\\t\\\\\\r', NULL), ({odd}, '')", "INSERT INTO t (s) SELECT repeat(';''$$', i) FROM generate_series(1, 200) i",
            "CREATE TABLE u (t int REFERENCES t, note text DEFAULT 'x;y')", "INSERT INTO u SELECT id FROM t", "CREATE VIEW v AS SELECT s, ';' AS semicolon FROM t", "COMMENT ON VIEW v IS E'a\n-- b;\n\\\\connect c'",
            "CREATE FUNCTION f(a int) RETURNS text LANGUAGE plpgsql AS $body$ BEGIN RETURN $$;$$ || a; END; $body$", StatementRunner.ForDriver("CREATE FUNCTION g() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END"),
            "CREATE RULE r AS ON UPDATE TO v DO INSTEAD (SELECT 1; SELECT 2)", "CREATE MATERIALIZED VIEW m AS SELECT count(*) FROM t", $"GRANT SELECT ON t TO {access.Target.User}", "SELECT lo_from_bytea(0, '\\x00010203')");
        return access;
    }

    private async Task<string> DumpAsync(string name, TempFolder folder, string format, string[] options)
    {
        var path = folder.File("dump." + format);
        var program = await PostgresPrograms.RequireAsync("pg_dump", 12, CancellationToken.None);
        var logIn = new PostgresServer(postgres.Access(name, postgres.Superuser)).Live;
        var isPacked = format == "plain.gz";
        var result = await ProgramRun.ExecuteAsync(program.Path, ["--format=" + (isPacked ? "plain" : format), "--compress=" + (isPacked ? "6" : "0"), "--file=" + path, .. options], logIn, null, null, CancellationToken.None);
        Assert.True(result.Succeeded, result.Complaint);
        return path;
    }
}
