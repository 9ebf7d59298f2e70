using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Backups;

public sealed class BackupCopyingTests : IDisposable
{
    private readonly BackupScene _scene = new();

    public void Dispose() => _scene.Dispose();

    private string Share => Path.Combine(_scene.Folder, "share");

    [Fact]
    public async Task A_copy_is_a_backup_of_its_own_with_its_proof_and_can_be_listed_tested_and_restored()
    {
        var backup = (await _scene.ProveAsync(await _scene.BackupAsync())).Backup;

        var copy = await CopyAsync(backup);

        Assert.Equal((Path.Combine(Share, backup.Id), backup.Id, backup.ProvenOn), (copy.Path, copy.Id, copy.ProvenOn));
        Assert.Equal(BackupMakingTests.Files(backup).Order(StringComparer.Ordinal), BackupMakingTests.Files(copy).Order(StringComparer.Ordinal));
        Directory.Delete(backup.Path, recursive: true);
        Assert.Equal([copy.Id], (await _scene.Service.ListAsync(new() { Path = Share }, _scene.Operation, default)).Select(one => one.Id));
        Assert.True((await _scene.ProveAsync(copy)).Valid);
        Assert.Equal(copy.Id, (await _scene.Service.RestoreAsync(_scene.Context, copy, force: false, default)).Backup.Id);
        Assert.Equal([copy.Path], Directory.GetFileSystemEntries(Share));
        if (!OperatingSystem.IsWindows()) Assert.All(BackupMakingTests.Files(copy), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(copy.Path, file))));
    }

    [Fact]
    public async Task A_copy_that_is_there_is_said_and_not_made_again()
    {
        var backup = await _scene.BackupAsync();
        var copy = await CopyAsync(backup);
        var written = File.GetLastWriteTimeUtc(Path.Combine(copy.Path, "manifest.json"));

        Assert.Equal(copy.Path, (await CopyAsync(backup)).Path);

        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(copy.Path, "manifest.json")));
        Assert.Contains(_scene.Operation.Verboses, line => line.Contains("there already, and whole", StringComparison.Ordinal));
        File.AppendAllText(Path.Combine(copy.Path, "data/rows.txt"), "x");
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => CopyAsync(backup));
        Assert.Equal("BackupExists", failure.ErrorId);
        Assert.Contains("data/rows.txt", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_backup_is_refused_by_the_name_of_its_file_and_nothing_is_left()
    {
        foreach (var (file, spoil) in new (string, Action<string>)[] { ("data/rows.txt", path => File.AppendAllText(path, "x")), ("data/sub/blob.bin", File.Delete), ("data/more", path => File.WriteAllText(path, "")), ("manifest.json", path => File.AppendAllText(path, " ")) })
        {
            var backup = await _scene.BackupAsync();
            spoil(Path.Combine(backup.Path, file));
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => CopyAsync(backup));
            Assert.Equal("BackupCorrupt", failure.ErrorId);
            Assert.Contains(file, failure.Message, StringComparison.Ordinal);
            Assert.False(Directory.Exists(Share));
        }
    }

    [Fact]
    public async Task Cancelled_nothing_is_left()
    {
        var backup = await _scene.BackupAsync();
        using var stop = new CancellationTokenSource();
        var operation = new RecordingOperation { OnProgress = progress => { if (progress.Percent >= 60) stop.Cancel(); } };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _scene.Service.CopyAsync(backup, Share, operation, stop.Token));
        Assert.False(Directory.Exists(Share));
    }

    [Fact]
    public async Task What_reads_back_otherwise_than_it_was_written_is_no_copy_and_nothing_is_left()
    {
        var backup = await _scene.BackupAsync();
        foreach (var file in BackupMakingTests.Files(backup))
        {
            // As a disk does that keeps another bit than it was given, and says nothing.
            var done = false;
            var flipping = new RecordingOperation
            {
                OnProgress = progress =>
                {
                    if (done || !progress.Status.StartsWith("reading back", StringComparison.Ordinal)) return;
                    done = true;
                    Flip(Path.Combine(Directory.GetDirectories(Share, ".*").Single(), file));
                },
            };
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.CopyAsync(backup, Share, flipping, default));
            Assert.Equal("BackupCopyFailed", failure.ErrorId);
            Assert.Contains($"'{file}' was read back otherwise than it was written", failure.Message, StringComparison.Ordinal);
            Assert.False(Directory.Exists(Share));
        }

        static void Flip(string path)
        {
            var bytes = File.ReadAllBytes(path);
            bytes[^1] ^= 1;
            File.WriteAllBytes(path, bytes);
        }
    }

    [SkippableFact]
    public async Task A_full_disk_is_called_so_and_nothing_is_left_on_it()
    {
        using var disk = new SmallDisk(4);
        disk.Require();
        _scene.Database.OnDump = folder => File.WriteAllBytesAsync(Path.Combine(folder, "data", "rows.txt"), new byte[6 << 20]);
        var backup = await _scene.BackupAsync();
        Assert.Equal("DiskFull", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.CopyAsync(backup, disk.Path, _scene.Operation, default))).ErrorId);
        Assert.Empty(Directory.GetFileSystemEntries(disk.Path));
    }

    [SkippableFact]
    public async Task A_disk_that_fills_up_or_goes_away_meanwhile_is_an_error_and_nothing_is_left()
    {
        using var disk = new SmallDisk(8);
        disk.Require();
        _scene.Database.OnDump = folder => File.WriteAllBytesAsync(Path.Combine(folder, "data", "rows.txt"), new byte[4 << 20]);
        var backup = await _scene.BackupAsync();
        string? filler = null;
        var filling = new RecordingOperation { OnProgress = progress => { if (progress.Status.StartsWith("copying", StringComparison.Ordinal)) filler ??= disk.Fill(); } };
        Assert.Equal("DiskFull", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.CopyAsync(backup, disk.Path, filling, default))).ErrorId);
        Assert.Equal([filler!], Directory.GetFileSystemEntries(disk.Path));
        File.Delete(filler!);

        var vanishing = new RecordingOperation { OnProgress = progress => { if (progress.Status.StartsWith("reading back", StringComparison.Ordinal)) foreach (var folder in Directory.GetDirectories(disk.Path, ".*")) Directory.Delete(folder, recursive: true); } };
        Assert.Equal("BackupCopyFailed", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.CopyAsync(backup, disk.Path, vanishing, default))).ErrorId);
        Assert.Empty(Directory.GetFileSystemEntries(disk.Path));
    }

    [Fact]
    public async Task A_place_that_can_not_be_written_or_is_its_own_is_refused()
    {
        var backup = await _scene.BackupAsync();
        Assert.Equal("BackupDestinationInvalid", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.CopyAsync(backup, _scene.Destination, _scene.Operation, default))).ErrorId);
        Assert.Equal("BackupDestinationInvalid", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.CopyAsync(backup, backup.Path, _scene.Operation, default))).ErrorId);
        if (OperatingSystem.IsLinux()) Assert.Equal("BackupDestinationInvalid", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.CopyAsync(backup, "/proc/none", _scene.Operation, default))).ErrorId);
    }

    private Task<AppBackup> CopyAsync(AppBackup backup) => _scene.Service.CopyAsync(backup, Share, _scene.Operation, default);
}
