using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Sqlite;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

public class SqliteDumpTests
{
    [Theory]
    [InlineData("WAL")]
    [InlineData("DELETE")]
    public async Task A_dump_is_of_one_moment_while_another_connection_writes_at_full_speed(string journal)
    {
        using var fixture = new SqliteFixture(journal);
        fixture.Fill(30_000);
        using var stop = new CancellationTokenSource();
        var written = 0;
        var failures = 0;
        var writer = Task.Run(() =>
        {
            using var connection = fixture.Connect();
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    SqliteFixture.Execute(connection, "BEGIN IMMEDIATE; INSERT INTO a (x) VALUES (randomblob(500)); INSERT INTO b (x) VALUES (randomblob(500)); COMMIT");
                    written++;
                }
                catch (Microsoft.Data.Sqlite.SqliteException)
                {
                    failures++;
                }
            }
        });
        while (Volatile.Read(ref written) < 10) await Task.Delay(5);
        for (var round = 0; round < 3; round++)
        {
            var directory = fixture.Folder($"backup{round}");
            var dump = await fixture.Database.DumpAsync(directory, SqliteFixture.Invariants, BackupOptions.Default, new RecordingOperation(), CancellationToken.None);
            Assert.Equal(0, dump.Invariants.Single(invariant => invariant.Name == "difference").Value);
            Assert.Equal(dump.Tables.Single(table => table.Table == "a").Rows, dump.Tables.Single(table => table.Table == "b").Rows);
            Assert.Equal(["data/database.sqlite"], dump.Files);
            Assert.Equal(["database.sqlite"], Directory.GetFileSystemEntries(directory, "*", SearchOption.AllDirectories).Where(File.Exists).Select(Path.GetFileName));
        }

        await stop.CancelAsync();
        await writer;
        Assert.Equal(0, failures);
    }

    [Fact]
    public async Task Invariants_that_cannot_be_read_say_why_and_those_of_other_engines_are_not_asked()
    {
        using var fixture = new SqliteFixture();
        var values = await fixture.Database.ReadInvariantsAsync(SqliteFixture.Invariants, CancellationToken.None);
        Assert.Equal(["difference", "broken"], values.Select(value => value.Name));
        Assert.Null(values[1].Value);
        Assert.Contains("nowhere", values[1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_with_odd_names_are_counted_and_found()
    {
        using var fixture = new SqliteFixture();
        var counts = await fixture.Database.CountRowsAsync(CancellationToken.None);
        Assert.Equal(["a", "b", "odd \" näme; --"], counts.Select(count => count.Table));
        Assert.Equal(3, counts[2].Rows);
        Assert.True(await fixture.Database.TableExistsAsync("main.A", CancellationToken.None));
        Assert.False(await fixture.Database.TableExistsAsync("c", CancellationToken.None));
    }

    [Fact]
    public async Task A_cancelled_dump_leaves_no_file()
    {
        using var fixture = new SqliteFixture();
        fixture.Fill(30_000);
        var directory = fixture.Folder("backup");
        using var cancel = new CancellationTokenSource();
        var operation = new RecordingOperation { OnProgress = progress => { if (progress is { Completed: false, Percent: < 100 }) cancel.Cancel(); } };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fixture.Database.DumpAsync(directory, [], BackupOptions.Default, operation, cancel.Token));
        Assert.DoesNotContain(Directory.GetFileSystemEntries(directory, "*", SearchOption.AllDirectories), File.Exists);
        Assert.Contains(operation.ProgressSeen, progress => progress.Completed);
    }

    [Fact]
    public async Task A_query_cannot_change_anything()
    {
        using var fixture = new SqliteFixture();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => fixture.Database.QueryAsync("DELETE FROM \"odd \"\" näme; --\"", CancellationToken.None));
        Assert.Equal(3, (await fixture.Database.CountRowsAsync(CancellationToken.None))[2].Rows);
        Assert.Contains(failure.ErrorId, new[] { "DatabaseQueryFailed", "PermissionMissing" });
    }

    [Fact]
    public async Task Reading_leaves_no_files_beside_the_database()
    {
        using var fixture = new SqliteFixture();
        await fixture.Database.InspectAsync(CancellationToken.None);
        await fixture.Database.CountRowsAsync(CancellationToken.None);
        Assert.Equal([fixture.File], Directory.GetFiles(Path.GetDirectoryName(fixture.File)!));
    }

    [Fact]
    public async Task A_missing_file_and_a_file_that_is_no_database_are_told_apart()
    {
        using var folder = new TempFolder();
        var missing = new SqliteDatabase(new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = folder.File("none.db") });
        await File.WriteAllTextAsync(folder.File("text.db"), new string('x', 5000));
        var text = new SqliteDatabase(new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = folder.File("text.db") });
        Assert.Equal("DatabaseNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => missing.InspectAsync(CancellationToken.None))).ErrorId);
        Assert.Equal("DatabaseNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => missing.DumpAsync(folder.Path, [], BackupOptions.Default, new RecordingOperation(), CancellationToken.None))).ErrorId);
        Assert.Equal("DatabaseCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => text.InspectAsync(CancellationToken.None))).ErrorId);
        Assert.False(File.Exists(folder.File("none.db")));
    }

    [SkippableFact]
    public async Task A_full_disk_is_said_with_needed_and_free_bytes_before_anything_is_written()
    {
        using var disk = new SmallDisk(2);
        disk.Require();
        using var fixture = new SqliteFixture();
        fixture.Fill(3000);
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => fixture.Database.DumpAsync(disk.Path, [], BackupOptions.Default, new RecordingOperation(), CancellationToken.None));
        Assert.Equal("DiskFull", failure.ErrorId);
        Assert.Matches("[0-9,]+ bytes are needed and [0-9,]+ bytes are free", failure.Message);
        Assert.Empty(Directory.GetFileSystemEntries(disk.Path));
    }
}
