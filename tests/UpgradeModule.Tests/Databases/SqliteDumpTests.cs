using System.Security.Cryptography;
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

    [Theory]
    [InlineData("WAL")]
    [InlineData("DELETE")]
    public async Task A_compact_dump_has_the_same_rows_and_journal_mode_and_none_of_the_room_that_is_unused(string journal)
    {
        using var fixture = new SqliteFixture(journal);
        fixture.Fill(3000);
        fixture.Execute("DELETE FROM b", "INSERT INTO b (x) VALUES (1)");
        var plain = await fixture.Database.DumpAsync(fixture.Folder("plain"), [], BackupOptions.Default, new RecordingOperation(), CancellationToken.None);
        var compact = await fixture.Database.DumpAsync(fixture.Folder("compact"), [], new BackupOptions { Compact = true }, new RecordingOperation(), CancellationToken.None);
        Assert.Equal(plain.Tables, compact.Tables);
        var (whole, small) = (await File.ReadAllBytesAsync(Path.Combine(fixture.Folder("plain"), plain.Files[0])), await File.ReadAllBytesAsync(Path.Combine(fixture.Folder("compact"), compact.Files[0])));
        Assert.InRange(small.Length, 3_000_000, (whole.Length / 2) + 200_000);
        Assert.Equal(journal == "WAL" ? 2 : 1, small[18]);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(small)).ToLowerInvariant(), compact.Digests[compact.Files[0]]);
        Assert.Equal(["database.sqlite"], Directory.GetFileSystemEntries(fixture.Folder("compact"), "*", SearchOption.AllDirectories).Where(File.Exists).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("WAL", false)]
    [InlineData("WAL", true)]
    [InlineData("DELETE", false)]
    public async Task The_copy_of_a_database_at_rest_or_with_a_log_is_whole_and_its_digest_is_the_one_of_its_bytes(string journal, bool log)
    {
        using var fixture = new SqliteFixture(journal);
        fixture.Fill(5000);
        using var holder = log ? fixture.Connect() : null;
        using var reader = log ? fixture.Connect() : null;
        if (log)
        {
            // A reader of an older state keeps the log from being brought into the file: the copy has to take it from there.
            SqliteFixture.Execute(reader!, "BEGIN; SELECT count(*) FROM a");
            SqliteFixture.Execute(holder!, "INSERT INTO a (x) VALUES ('in the log only')");
        }

        var directory = fixture.Folder("backup");
        var dump = await fixture.Database.DumpAsync(directory, [], BackupOptions.Default, new RecordingOperation(), CancellationToken.None);
        Assert.Equal(log ? 5001 : 5000, dump.Tables.Single(table => table.Table == "a").Rows);
        var bytes = await File.ReadAllBytesAsync(Path.Combine(directory, dump.Files[0]));
        Assert.Equal(Convert.ToHexString(SHA256.HashData(bytes)).ToLowerInvariant(), dump.Digests[dump.Files[0]]);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    [InlineData(65536)]
    public async Task A_running_application_s_file_and_log_are_read_and_not_written(int pageSize)
    {
        using var fixture = new SqliteFixture("DELETE");
        fixture.Fill(300);
        using var application = fixture.Connect();
        SqliteFixture.Execute(application, $"PRAGMA page_size = {pageSize}; VACUUM; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
        // Pages that are in the file alone, in the file and the log, more than once in the log, behind the file's end, and of what was taken back.
        SqliteFixture.Execute(application, "UPDATE a SET x = randomblob(3000) WHERE id % 3 = 0");
        SqliteFixture.Execute(application, "DELETE FROM a WHERE id % 5 = 0; CREATE TABLE grown (x); CREATE INDEX more ON b (x)");
        SqliteFixture.Execute(application, "INSERT INTO grown SELECT randomblob(2000) FROM a; UPDATE a SET x = randomblob(10) WHERE id % 7 = 0");
        SqliteFixture.Execute(application, "PRAGMA cache_size = 5; BEGIN; UPDATE b SET x = randomblob(5000); ROLLBACK");
        var before = Hashes();
        var directory = fixture.Folder("backup");

        var dump = await fixture.Database.DumpAsync(directory, [], BackupOptions.Default, new RecordingOperation(), CancellationToken.None);

        Assert.Equal(before, Hashes());
        var copy = Path.Combine(directory, dump.Files[0]);
        Assert.Equal(Hash(copy), dump.Digests[dump.Files[0]]);
        var hashes = await fixture.Database.HashTablesAsync(null, new RecordingOperation(), CancellationToken.None);
        Assert.Equal(hashes, await new SqliteDatabase(new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = copy }).HashTablesAsync(null, new RecordingOperation(), CancellationToken.None));
        Assert.Contains(hashes, table => table.Table == "grown");

        string[] Hashes() => [Hash(fixture.File), Hash(fixture.File + "-wal")];
        static string Hash(string file)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return Convert.ToHexString(SHA256.HashData(stream)).ToLowerInvariant();
        }
    }

    [Fact]
    public async Task A_log_that_is_all_in_the_file_may_be_begun_anew_or_cut_off_while_it_is_copied()
    {
        using var fixture = new SqliteFixture();
        using var application = fixture.Connect();
        SqliteFixture.Execute(application, "PRAGMA wal_autocheckpoint = 0");
        fixture.Fill(3000);
        foreach (var change in new[] { "INSERT INTO a (x) SELECT randomblob(900) FROM a LIMIT 100", "PRAGMA wal_checkpoint(TRUNCATE)", "INSERT INTO a (x) VALUES (1)" })
        {
            // With nothing in the log that isn't in the file, a reader keeps nobody from using it again.
            SqliteFixture.Execute(application, "INSERT INTO b (x) VALUES (2); PRAGMA wal_checkpoint(PASSIVE)");
            var wanted = await fixture.Database.CountRowsAsync(CancellationToken.None);
            var isDone = false;
            var operation = new RecordingOperation
            {
                OnProgress = _ =>
                {
                    if (!isDone) SqliteFixture.Execute(application, change);
                    isDone = true;
                },
            };
            var dump = await fixture.Database.DumpAsync(fixture.Folder("backup" + change.Length), [], BackupOptions.Default, operation, CancellationToken.None);
            Assert.True(isDone);
            Assert.Equal(wanted.Select(table => table.ToString()), dump.Tables.Select(table => table.ToString()));
        }
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
