using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

public class SqliteRestoreTests
{
    [Fact]
    public async Task A_backup_restores_into_a_place_of_its_own_which_goes_away()
    {
        using var fixture = new SqliteFixture();
        fixture.Fill(200);
        var content = await fixture.DumpAsync();
        string location;
        await using (var scratch = await fixture.Database.RestoreToScratchAsync(content, new RecordingOperation(), CancellationToken.None))
        {
            Assert.Empty(TableComparison.Differences(content.Tables, await scratch.Database.CountRowsAsync(CancellationToken.None)));
            location = scratch.Database.Target.Path!;
            Assert.True(File.Exists(location));
        }

        Assert.False(Directory.Exists(Path.GetDirectoryName(location)));
    }

    [Fact]
    public async Task A_restore_replaces_the_live_rows_and_keeps_them_aside_with_the_files_mode()
    {
        using var fixture = new SqliteFixture();
        fixture.Fill(20);
        var content = await fixture.DumpAsync();
        fixture.Fill(20);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(fixture.File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        var outcome = await fixture.Database.RestoreAsync(content, "r1", new RecordingOperation(), CancellationToken.None);
        Assert.Equal("20", await fixture.ScalarAsync("SELECT count(*) FROM a"));
        Assert.Empty(TableComparison.Differences(content.Tables, outcome.Tables));
        if (!OperatingSystem.IsWindows()) Assert.True(File.GetUnixFileMode(fixture.File).HasFlag(UnixFileMode.GroupWrite));
        await fixture.Database.RollbackAsync(outcome.Previous, CancellationToken.None);
        Assert.Equal("40", await fixture.ScalarAsync("SELECT count(*) FROM a"));
    }

    [Fact]
    public async Task Two_restores_with_one_label_lose_nothing()
    {
        using var fixture = new SqliteFixture();
        var content = await fixture.DumpAsync();
        fixture.Fill(1);
        var first = await fixture.Database.RestoreAsync(content, "r", new RecordingOperation(), CancellationToken.None);
        fixture.Fill(2);
        var second = await fixture.Database.RestoreAsync(content, "r", new RecordingOperation(), CancellationToken.None);
        Assert.NotEqual(first.Previous.Location, second.Previous.Location);
        await fixture.Database.RollbackAsync(first.Previous, CancellationToken.None);
        Assert.Equal("1", await fixture.ScalarAsync("SELECT count(*) FROM a"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_damaged_backup_changes_nothing(bool cut)
    {
        using var fixture = new SqliteFixture();
        fixture.Fill(300);
        var content = await fixture.DumpAsync();
        var file = Path.Combine(content.Directory, "data", "database.sqlite");
        using (var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite))
        {
            if (cut) stream.SetLength(stream.Length / 2);
            else stream.Write(new byte[4096 * 20], 0, 4096 * 20);
        }

        var scratch = await Assert.ThrowsAsync<UpgradeException>(() => fixture.Database.RestoreToScratchAsync(content, new RecordingOperation(), CancellationToken.None));
        var restore = await Assert.ThrowsAsync<UpgradeException>(() => fixture.Database.RestoreAsync(content, "r", new RecordingOperation(), CancellationToken.None));
        Assert.Equal(("BackupCorrupt", "BackupCorrupt"), (scratch.ErrorId, restore.ErrorId));
        Assert.Equal("300", await fixture.ScalarAsync("SELECT count(*) FROM a"));
        Assert.Equal([fixture.File], Directory.GetFiles(Path.GetDirectoryName(fixture.File)!));
    }

    [Fact]
    public async Task A_backup_with_other_rows_than_its_manifest_names_is_refused()
    {
        using var fixture = new SqliteFixture();
        var content = await fixture.DumpAsync();
        var wrong = content with { Tables = [.. content.Tables.Select(table => table with { Rows = table.Rows + 1 })] };
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => fixture.Database.RestoreAsync(wrong, "r", new RecordingOperation(), CancellationToken.None));
        Assert.Equal("BackupCorrupt", failure.ErrorId);
        Assert.Contains("a has 0 rows instead of 1", failure.Message, StringComparison.Ordinal);
    }
}
