using System.IO.Compression;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.Managed;

/// <summary>pg_dump must say the same of a restored database as of the original, whichever way it was restored.</summary>
[Collection("Postgres")]
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

    private async Task AssertSameAsync(string name, BackupCompression compression)
    {
        using var folder = new TempFolder();
        var oracle = new Oracle(postgres);
        var (before, inside) = (await oracle.TextAsync(name), await oracle.TextAsync(name, whole: false));
        var database = postgres.Open(postgres.Access(name, postgres.Superuser));
        var dump = await database.DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.Managed, Compression = compression }, new RecordingOperation(), CancellationToken.None);
        Assert.Equal(dump.Tables.Select(table => (table.Table, table.Rows)).Order(), (await database.CountRowsAsync(CancellationToken.None)).Select(table => (table.Table, table.Rows)).Order());
        var content = new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
        await using (var scratch = await database.RestoreToScratchAsync(content, new RecordingOperation(), CancellationToken.None))
        {
            Assert.Empty(TableComparison.Differences(dump.Tables, await scratch.Database.CountRowsAsync(CancellationToken.None)));
        }

        var stock = await StockAsync(name, content, folder);
        var operation = new RecordingOperation();
        await database.RestoreAsync(content, "r", operation, CancellationToken.None);
        Assert.Empty(operation.Warnings);
        Oracle.AssertSame(before, await oracle.TextAsync(name));
        // Without help from us nothing carries what belongs to the database itself.
        Oracle.AssertSame(inside, await oracle.TextAsync(stock, whole: false));
    }

    private async Task<string> StockAsync(string name, BackupContent content, TempFolder folder)
    {
        var script = folder.File("stock.sql");
        await using (var source = File.OpenRead(Path.Combine(folder.Path, content.Files[0])))
        await using (var plain = content.Format switch { "sql+gzip" => new GZipStream(source, CompressionMode.Decompress), "sql+brotli" => new BrotliStream(source, CompressionMode.Decompress), _ => (Stream)source })
        await using (var file = File.Create(script)) await plain.CopyToAsync(file);
        var stock = name + "_s";
        await postgres.AdminAsync($"CREATE DATABASE {SqlText.Name(stock)} TEMPLATE template0");
        await postgres.ScriptAsync(stock, script);
        return stock;
    }
}
