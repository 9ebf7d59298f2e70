using System.Diagnostics;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

public class SqliteWayBackTests
{
    private const string Count = "SELECT count(*) FROM a";

    [Theory]
    [InlineData("WAL")]
    [InlineData("DELETE")]
    public async Task Going_back_brings_the_kept_rows_and_keeps_what_was_replaced(string journal)
    {
        using var fixture = new SqliteFixture(journal);
        fixture.Fill(100);
        var point = await fixture.Database.CreateRollbackPointAsync("run 1/2", CancellationToken.None);
        var same = await fixture.Database.CreateRollbackPointAsync("run 1/2", CancellationToken.None);
        Assert.Equal(point.Location, same.Location);
        fixture.Fill(50);
        var displaced = await fixture.Database.RollbackAsync(point, CancellationToken.None);
        Assert.Equal("100", await fixture.ScalarAsync(Count));
        Assert.Equal(journal == "WAL" ? 2 : 1, Read(fixture.File)[18]);
        Assert.NotNull(displaced);
        Assert.True(File.Exists(displaced.Location));
        Assert.Null(await fixture.Database.RollbackAsync(point, CancellationToken.None));
        Assert.Equal("100", await fixture.ScalarAsync(Count));

        // What was replaced can be gone to as well.
        await fixture.Database.RollbackAsync(displaced, CancellationToken.None);
        Assert.Equal("150", await fixture.ScalarAsync(Count));
    }

    [Fact]
    public async Task Rows_that_are_still_in_the_log_of_a_killed_application_belong_to_the_rollback_point()
    {
        using var fixture = new SqliteFixture();
        var connection = fixture.Connect();
        SqliteFixture.Execute(connection, "PRAGMA wal_autocheckpoint = 0");
        SqliteFixture.Execute(connection, "INSERT INTO a (x) VALUES (1), (2), (3)");
        // As a kill leaves it: the log beside the file, nothing brought in.
        var files = new[] { "", "-wal" }.ToDictionary(end => end, end => Read(fixture.File + end));
        connection.Dispose();
        foreach (var (end, bytes) in files) await File.WriteAllBytesAsync(fixture.File + end, bytes);

        var point = await fixture.Database.CreateRollbackPointAsync("one", CancellationToken.None);
        Assert.False(File.Exists(fixture.File + "-wal"));
        fixture.Execute("DELETE FROM a");
        await fixture.Database.RollbackAsync(point, CancellationToken.None);
        Assert.Equal("3", await fixture.ScalarAsync(Count));
    }

    [Theory]
    [InlineData("WAL", "SELECT count(*) FROM a")]
    [InlineData("DELETE", "BEGIN; SELECT count(*) FROM a")]
    public async Task A_database_that_a_connection_holds_is_neither_kept_nor_swapped(string journal, string hold)
    {
        using var fixture = new SqliteFixture(journal);
        var point = await fixture.Database.CreateRollbackPointAsync("one", CancellationToken.None);
        var content = await fixture.DumpAsync();
        using var connection = fixture.Connect();
        SqliteFixture.Execute(connection, hold);
        Assert.Equal("DatabaseInUse", (await Assert.ThrowsAsync<UpgradeException>(() => fixture.Database.CreateRollbackPointAsync("two", CancellationToken.None))).ErrorId);
        Assert.Equal("DatabaseInUse", (await Assert.ThrowsAsync<UpgradeException>(() => fixture.Database.RollbackAsync(point, CancellationToken.None))).ErrorId);
        Assert.Equal("DatabaseInUse", (await Assert.ThrowsAsync<UpgradeException>(() => fixture.Database.RestoreAsync(content, "three", new RecordingOperation(), CancellationToken.None))).ErrorId);
        Assert.True(File.Exists(point.Location));
    }

    [SkippableFact]
    public async Task A_process_that_merely_has_the_file_open_is_named()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux tells which process holds a file.");
        using var fixture = new SqliteFixture("DELETE");
        using var holder = Process.Start(new ProcessStartInfo("sh", ["-c", "exec 3<\"$1\"; exec sleep 60", "sh", fixture.File]))!;
        try
        {
            UpgradeException? failure = null;
            for (var attempt = 0; attempt < 50 && failure is null; attempt++)
            {
                await Task.Delay(20);
                failure = await Record.ExceptionAsync(() => fixture.Database.CreateRollbackPointAsync($"try{attempt}", CancellationToken.None)) as UpgradeException;
            }

            Assert.Equal("DatabaseInUse", failure?.ErrorId);
            Assert.Contains($"process {holder.Id} (sleep)", failure!.Message, StringComparison.Ordinal);
        }
        finally
        {
            holder.Kill();
        }
    }

    [Fact]
    public async Task A_kept_state_is_dropped_once_and_the_live_one_never()
    {
        using var fixture = new SqliteFixture();
        var point = await fixture.Database.CreateRollbackPointAsync("one", CancellationToken.None);
        await fixture.Database.DropAsync(point, CancellationToken.None);
        await fixture.Database.DropAsync(point, CancellationToken.None);
        Assert.False(File.Exists(point.Location));
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => fixture.Database.DropAsync(point with { Location = fixture.File }, CancellationToken.None));
        Assert.Equal("RollbackPointInUse", failure.ErrorId);
        Assert.True(File.Exists(fixture.File));
    }

    [Fact]
    public async Task A_live_file_that_is_no_database_any_more_does_not_stand_in_the_way_back()
    {
        using var fixture = new SqliteFixture();
        fixture.Fill(10);
        var point = await fixture.Database.CreateRollbackPointAsync("one", CancellationToken.None);
        await File.WriteAllTextAsync(fixture.File, new string('x', 9000));
        await File.WriteAllTextAsync(fixture.File + "-wal", "rubbish");
        var displaced = await fixture.Database.RollbackAsync(point, CancellationToken.None);
        Assert.Equal("10", await fixture.ScalarAsync(Count));
        Assert.StartsWith("xxx", await File.ReadAllTextAsync(displaced!.Location), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_way_back_that_was_killed_between_its_two_steps_is_finished_by_the_next_try()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows replaces a file in one step.");
        using var fixture = new SqliteFixture("DELETE");
        fixture.Fill(10);
        var point = await fixture.Database.CreateRollbackPointAsync("one", CancellationToken.None);
        fixture.Fill(10);
        // As on a file system without hard links: the live file has its new name, its place is empty.
        File.Move(fixture.File, fixture.File + ".um-one-after");
        await fixture.Database.RollbackAsync(point, CancellationToken.None);
        Assert.Equal("10", await fixture.ScalarAsync(Count));
        Assert.True(File.Exists(fixture.File + ".um-one-after"));
    }

    [SkippableFact]
    public async Task A_failed_database_whose_log_finds_no_room_any_more_does_not_stand_in_the_way_back()
    {
        using var disk = new SmallDisk(4);
        disk.Require();
        using var fixture = new SqliteFixture(directory: disk.Path);
        fixture.Fill(100);
        var point = await fixture.Database.CreateRollbackPointAsync("one", CancellationToken.None);
        string filler;
        using (var connection = fixture.Connect())
        {
            SqliteFixture.Execute(connection, "PRAGMA wal_autocheckpoint = 0");
            SqliteFixture.Execute(connection, "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 500) INSERT INTO a (x) SELECT randomblob(1000) FROM c");
            filler = disk.Fill();
        }

        Assert.True(File.Exists(fixture.File + "-wal"));
        var displaced = await fixture.Database.RollbackAsync(point, CancellationToken.None);
        Assert.False(File.Exists(fixture.File + "-wal"));
        Assert.Equal("100", await fixture.ScalarAsync(Count));

        // Nothing of what was replaced is lost: its log went with it.
        File.Delete(filler);
        await fixture.Database.RollbackAsync(displaced!, CancellationToken.None);
        Assert.Equal("600", await fixture.ScalarAsync(Count));
    }

    [Fact]
    public async Task A_damaged_database_is_told_before_it_is_kept()
    {
        using var fixture = new SqliteFixture("DELETE");
        fixture.Fill(200);
        await using (var stream = new FileStream(fixture.File, FileMode.Open, FileAccess.Write))
        {
            stream.Position = 4096 * 20;
            stream.Write(Enumerable.Repeat((byte)0x5a, 4096 * 30).ToArray());
        }

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => fixture.Database.CreateRollbackPointAsync("one", CancellationToken.None));
        Assert.Equal("DatabaseCorrupt", failure.ErrorId);
        Assert.Single(Directory.EnumerateFiles(Path.GetDirectoryName(fixture.File)!));
    }

    [Theory]
    [InlineData("WAL")]
    [InlineData("DELETE")]
    public async Task A_rollback_point_is_of_one_moment_while_somebody_writes(string journal)
    {
        using var fixture = new SqliteFixture(journal);
        fixture.Fill(3000);
        fixture.Execute("UPDATE a SET x = zeroblob(1000)");
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            // Opened anew each time, as a script does: between two runs nobody holds the file.
            for (var i = 1; !stop.IsCancellationRequested; i++)
            {
                fixture.Execute(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"UPDATE a SET x = CAST(printf('%01000d', {i}) AS BLOB)"));
                Thread.Sleep(15);
            }
        });
        var kept = new List<string>();
        for (var attempt = 0; attempt < 40 && kept.Count < 5; attempt++)
        {
            try
            {
                kept.Add((await fixture.Database.CreateRollbackPointAsync($"try{attempt}", CancellationToken.None)).Location);
            }
            catch (UpgradeException failure) when (failure.ErrorId == "DatabaseInUse")
            {
                await Task.Delay(5);
            }
        }

        await stop.CancelAsync();
        await writer;
        Assert.NotEmpty(kept);
        foreach (var file in kept)
        {
            var database = new UpgradeModule.Engine.Databases.Sqlite.SqliteDatabase(new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = file });
            Assert.Equal("1", (await database.QueryAsync("SELECT count(DISTINCT x) FROM a", CancellationToken.None))[0][0]);
        }
    }

    private static byte[] Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
