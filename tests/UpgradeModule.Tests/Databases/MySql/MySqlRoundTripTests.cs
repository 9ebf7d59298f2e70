using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.MySql;

/// <summary>What comes back is what was there: mariadb-dump of the restored database says the same as of the original.</summary>
public class MySqlRoundTripTests(MariaDbFixture server) : MySqlScene(server)
{
    [SkippableTheory]
    [InlineData(BackupCompression.Gzip)]
    [InlineData(BackupCompression.Brotli)]
    [InlineData(BackupCompression.None)]
    public async Task A_backup_is_one_script_that_the_stock_client_restores(BackupCompression compression)
    {
        Server.Require();
        var access = await Server.CreateAsync(script: TrapDatabase.Full);
        await using var database = MariaDbFixture.Open(Server.Access(access.Target.Name!, access.Credential!, Server.Superuser));
        var (content, result) = await BackUpAsync(database, new BackupOptions { Compression = compression }, [new InvariantSpec { Name = "children", Sql = "SELECT COUNT(*) FROM child -- all" }, new InvariantSpec { Name = "wrong", Sql = "SELECT nope" }]);
        var file = Path.Combine(content.Directory, Assert.Single(result.Files));
        Assert.Equal(Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(file))).ToLowerInvariant(), result.Digests[result.Files[0]]);
        Assert.StartsWith("10.", result.EngineVersion, StringComparison.Ordinal);
        Assert.Contains("MariaDB", result.EngineVersion, StringComparison.Ordinal);
        Assert.StartsWith("dump, row counts and invariants of one moment", result.Tools["consistency"], StringComparison.Ordinal);
        Assert.Equal((2, null), (result.Invariants[0].Value, result.Invariants[1].Value));
        Assert.Contains("nope", result.Invariants[1].Detail, StringComparison.Ordinal);
        foreach (var table in result.Tables) Assert.Equal(table.Rows.ToString(CultureInfo.InvariantCulture), (await Server.InAsync(access.Target.Name!, $"SELECT COUNT(*) FROM `{table.Table.Replace("`", "``", StringComparison.Ordinal)}`")).Trim());
        Assert.Equal(TrapDatabase.Tables, result.Tables.Count);
        if (compression != BackupCompression.Gzip) return;
        var script = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        var copy = access.Target.Name + "stock";
        await Server.AdminAsync($"CREATE DATABASE {copy}");
        await Server.InAsync(copy, await script.ReadToEndAsync());
        Assert.Equal(await Server.TextAsync(access.Target.Name!), await Server.TextAsync(copy));
    }

    [SkippableFact]
    public async Task A_backup_is_proven_beside_the_live_database_and_leaves_nothing()
    {
        Server.Require();
        var access = await Server.CreateAsync(script: "CREATE TABLE t (id INT PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b');");
        await using var database = MariaDbFixture.Open(access);
        var (content, _) = await BackUpAsync(database);
        await using (var scratch = await database.RestoreToScratchAsync(content, new RecordingOperation(), None))
        {
            Assert.Equal([new TableCount { Table = "t", Rows = 2 }], await scratch.Database.CountRowsAsync(None));
            Assert.Contains("beside", scratch.Location, StringComparison.Ordinal);
            Assert.Equal(2, (await Server.DatabasesAsync(access.Target.Name!)).Count);
        }

        Assert.Single(await Server.DatabasesAsync(access.Target.Name!));
        // Cut short, changed, and no backup at all.
        var file = Path.Combine(content.Directory, content.Files[0]);
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, bytes[..(bytes.Length / 2)]);
        Assert.Equal("BackupCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => database.RestoreToScratchAsync(content, new RecordingOperation(), None))).ErrorId);
        Assert.Equal("BackupCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => database.RestoreToScratchAsync(content with { Format = "sql+gzip" }, new RecordingOperation(), None))).ErrorId);
        Assert.Single(await Server.DatabasesAsync(access.Target.Name!));
    }

    [SkippableFact]
    public async Task A_restore_brings_all_back_and_keeps_what_was_there()
    {
        Server.Require();
        var access = await Server.CreateAsync(script: TrapDatabase.Full);
        var name = access.Target.Name!;
        await using var database = MariaDbFixture.Open(Server.Access(name, access.Credential!, Server.Superuser));
        var before = await Server.TextAsync(name);
        var (content, _) = await BackUpAsync(database);
        var hashes = await database.HashContentAsync(content, new RecordingOperation(), None);
        Assert.Equal(content.Tables, hashes.Select(hash => new TableCount { Table = hash.Table, Rows = hash.Rows }));
        Assert.Equal(hashes, await database.HashTablesAsync(content, new RecordingOperation(), None));
        await Server.InAsync(name, "UPDATE child SET note = 'dr\u00ed' WHERE id = 2");
        Assert.Equal(["child"], hashes.Except(await database.HashTablesAsync(content, new RecordingOperation(), None)).Select(hash => hash.Table));
        await Server.InAsync(name, "UPDATE child SET note = 'zwei' WHERE id = 2");
        await Server.InAsync(name, """
            ALTER DATABASE CHARACTER SET latin1; DROP TABLE nothing; CREATE TABLE added (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id)); INSERT INTO child (id, p) VALUES (50, 7); DROP VIEW checked;
            CREATE VIEW later AS SELECT * FROM added; CREATE TRIGGER t_added BEFORE INSERT ON added FOR EACH ROW SET NEW.id = NEW.id; DROP PROCEDURE fill; CREATE PROCEDURE newer() SELECT 1;
            """);
        var changed = await Server.TextAsync(name);
        var outcome = await database.RestoreAsync(content, "restore-1", new RecordingOperation(), None);
        Assert.Equal(before, await Server.TextAsync(name));
        Assert.Equal(changed, await AwakeAsync(outcome.Previous.Location));
        Assert.Equal(content.Tables, outcome.Tables);
        Assert.Equal(2, (await Server.DatabasesAsync(name)).Count);
        await database.RestoreAsync(content, "restore-1", new RecordingOperation(), None);
        Assert.Equal(before, await Server.TextAsync(name));
        Assert.Equal(3, (await Server.DatabasesAsync(name)).Count);
        await database.DropAsync(outcome.Previous, None);
        await database.DropAsync(outcome.Previous, None);
        Assert.Equal(2, (await Server.DatabasesAsync(name)).Count);
    }

    [SkippableFact]
    public async Task A_rollback_point_is_gone_back_to_once_and_asked_for_twice()
    {
        Server.Require();
        var access = await Server.CreateAsync(script: TrapDatabase.Full);
        var name = access.Target.Name!;
        await using var database = MariaDbFixture.Open(Server.Access(name, access.Credential!, Server.Superuser));
        var before = await Server.TextAsync(name);
        var point = await database.CreateRollbackPointAsync("run-1-stop-1", None);
        Assert.Equal(point.Location, (await database.CreateRollbackPointAsync("run-1-stop-1", None)).Location);
        Assert.Equal(before, await AwakeAsync(point.Location));
        await Server.InAsync(name, "DROP VIEW m_second, a_third, checked; DROP TABLE child; CREATE TABLE migrated (id INT); DROP TRIGGER IF EXISTS after_child;");
        var changed = await Server.TextAsync(name);
        Assert.Equal("RollbackPointInUse", (await Assert.ThrowsAsync<UpgradeException>(() => database.DropAsync(point with { Location = name }, None))).ErrorId);
        var listed = Assert.Single(await database.ListKeptAsync(None));
        Assert.Equal((point.Location, "run-1-stop-1"), (listed.Location, listed.Data["label"]));
        var replaced = await database.RollbackAsync(point, None);
        Assert.Equal(before, await Server.TextAsync(name));
        Assert.Equal(changed, await AwakeAsync(replaced!.Location));
        Assert.Equal(replaced.Location, (await database.RollbackAsync(point, None))!.Location);
        Assert.Equal(before, await Server.TextAsync(name));
        await database.DropAsync(replaced, None);
        Assert.Single(await Server.DatabasesAsync(name));
        Assert.Null(await database.RollbackAsync(point, None));
    }

    [SkippableFact]
    public async Task An_application_that_uses_the_database_keeps_it_from_being_swapped()
    {
        Server.Require();
        var access = await Server.CreateAsync(script: "CREATE TABLE t (id INT PRIMARY KEY)");
        await using var database = MariaDbFixture.Open(access);
        var user = Server.InAsync(access.Target.Name!, "SELECT SLEEP(14)");
        while ((await database.InspectAsync(None)).Sessions.Count == 0 && (await Server.AdminAsync("SHOW PROCESSLIST")).Contains("SLEEP", StringComparison.Ordinal) is false) await Task.Delay(100);
        await using var admin = MariaDbFixture.Open(Server.Access(access.Target.Name!, access.Credential!, Server.Superuser));
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => admin.CreateRollbackPointAsync("x", None));
        Assert.Equal("DatabaseInUse", failure.ErrorId);
        Assert.Contains("of root from", failure.Message, StringComparison.Ordinal);
        Assert.Single(await Server.DatabasesAsync(access.Target.Name!));
        await user;
    }
}
