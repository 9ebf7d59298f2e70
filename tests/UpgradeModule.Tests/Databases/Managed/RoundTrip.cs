using System.IO.Compression;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.Managed;

/// <summary>Backs a database up and restores it, by the module and by stock tools: pg_dump must say the same of all three.</summary>
internal sealed class RoundTrip(PostgresFixture postgres)
{
    /// <summary>Dumps, proves and restores a database in both ways.</summary>
    /// <param name="name">The database.</param>
    /// <param name="compression">How the dump is compressed.</param>
    /// <param name="only">Leaves of what pg_dump says what is to be the same; all of it without.</param>
    /// <param name="stock">Whether stock tools are to give the same.</param>
    public async Task AssertSameAsync(string name, BackupCompression compression = BackupCompression.Gzip, Func<string, string>? only = null, bool stock = true)
    {
        only ??= text => text;
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

        var other = stock ? await StockAsync(name, content, folder) : null;
        var operation = new RecordingOperation();
        await database.RestoreAsync(content, "r", operation, CancellationToken.None);
        Assert.Empty(operation.Warnings);
        Oracle.AssertSame(only(before), only(await oracle.TextAsync(name)));
        // Without help from us nothing carries what belongs to the database itself.
        if (other is not null) Oracle.AssertSame(only(inside), only(await oracle.TextAsync(other, whole: false)));
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
