using System.IO.Compression;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.Managed;

/// <summary>pg_dump must say the same of a restored database as of the original, whichever way it was restored.</summary>
[Collection("PostgresManaged")]
public class ManagedFidelityTests(PostgresFixture postgres)
{
    [SkippableTheory]
    [InlineData("samples/pagila.sql.gz")]
    [InlineData("samples/northwind.sql.gz")]
    [InlineData("samples/chinook.sql.gz")]
    [InlineData("metabase-appdb-v0.49.5.sql.gz")]
    public async Task Databases_of_real_applications_are_the_same_again(string sample)
    {
        postgres.Require();
        using var folder = new TempFolder();
        var access = await postgres.CreateAsync();
        await postgres.ScriptAsync(access.Target.Name!, await SharedFacts.UnpackAsync(sample, folder));
        await AssertSameAsync(access.Target.Name!, BackupCompression.Gzip);
    }

    [SkippableTheory]
    [InlineData(BackupCompression.Gzip)]
    [InlineData(BackupCompression.Brotli)]
    [InlineData(BackupCompression.None)]
    public async Task A_database_with_every_trap_is_the_same_again(BackupCompression compression)
    {
        postgres.Require();
        using var folder = new TempFolder();
        var access = await postgres.CreateAsync();
        var name = access.Target.Name!;
        foreach (var role in new[] { "alice", "bob", "\"Carol's\"" }) await postgres.AdminAsync($"DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
        var script = folder.File("traps.sql");
        await using (var resource = typeof(ManagedFidelityTests).Assembly.GetManifestResourceStream("traps.sql")!)
        await using (var file = File.Create(script)) await resource.CopyToAsync(file);
        await postgres.ScriptAsync(name, script);
        await postgres.AdminAsync($"COMMENT ON DATABASE {name} IS 'the traps'", $"ALTER DATABASE {name} SET search_path = public, \"My Schema\"", $"ALTER ROLE alice IN DATABASE {name} SET work_mem = '8MB'", $"GRANT CONNECT ON DATABASE {name} TO bob");
        await AssertSameAsync(name, compression);
    }

    [SkippableFact]
    public async Task The_application_itself_restores_its_data_with_its_grants_and_is_told_of_nothing_missing()
    {
        postgres.Require();
        using var folder = new TempFolder();
        var access = await postgres.CreateAsync();
        var name = access.Target.Name!;
        await postgres.AdminAsync($"CREATE ROLE reader_{name}");
        await PostgresFixture.RunAsync(access, "CREATE TABLE t (id serial PRIMARY KEY, who text)", "INSERT INTO t (who) VALUES ('x'), ('y')", $"GRANT SELECT ON t TO reader_{name}", $"GRANT UPDATE (who) ON t TO reader_{name}", "REVOKE ALL ON SEQUENCE t_id_seq FROM PUBLIC", "COMMENT ON TABLE t IS 'mine'");
        var oracle = new Oracle(postgres);
        var before = await oracle.TextAsync(name);
        var database = postgres.Open(access);
        var dump = await database.DumpAsync(folder.Path, [], BackupOptions.Default, new RecordingOperation(), CancellationToken.None);
        Assert.Equal("sql+gzip", dump.Format);
        await using (var stream = new GZipStream(File.OpenRead(folder.File("data/database.sql.gz")), CompressionMode.Decompress))
        using (var reader = new StreamReader(stream))
        {
            Assert.DoesNotContain("information_schema", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }

        var operation = new RecordingOperation();
        var content = new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
        await database.RestoreAsync(content, "r", operation, CancellationToken.None);
        Assert.Empty(operation.Warnings);
        Oracle.AssertSame(before, await oracle.TextAsync(name));
    }

    [SkippableFact]
    public async Task What_extensions_bring_is_left_to_them_and_what_was_made_of_it_is_the_same_again()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        var name = access.Target.Name!;
        Skip.If(await postgres.AskAsync("SELECT count(*) FROM pg_available_extensions WHERE name IN ('hstore', 'citext', 'pg_trgm')") != "3", "The server has no extensions hstore, citext and pg_trgm.");
        await postgres.AdminInAsync(name, "CREATE SCHEMA ext", "CREATE EXTENSION hstore SCHEMA ext", "CREATE EXTENSION citext", "CREATE EXTENSION pg_trgm SCHEMA ext", "COMMENT ON EXTENSION hstore IS 'changed'", "CREATE TABLE t (a citext PRIMARY KEY, h ext.hstore DEFAULT 'a=>1')", "INSERT INTO t VALUES ('X', 'k=>v'), ('y', NULL)",
            "CREATE INDEX ON t USING gin (lower(a::text) ext.gin_trgm_ops)", "CREATE FUNCTION f(h ext.hstore) RETURNS ext.hstore LANGUAGE sql AS 'SELECT h'", "ALTER FUNCTION f DEPENDS ON EXTENSION hstore", "REVOKE EXECUTE ON FUNCTION ext.show_trgm(text) FROM PUBLIC", "CREATE VIEW v AS SELECT ext.similarity(a::text, 'x') FROM t");
        await AssertSameAsync(name, BackupCompression.Gzip);
    }

    private Task AssertSameAsync(string name, BackupCompression compression) => new RoundTrip(postgres).AssertSameAsync(name, compression);
}
