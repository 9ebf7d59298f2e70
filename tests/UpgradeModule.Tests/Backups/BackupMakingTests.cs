using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Backups;

public sealed class BackupMakingTests : IDisposable
{
    private readonly BackupScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task A_backup_is_a_folder_with_manifest_checksums_and_data()
    {
        var backup = await _scene.BackupAsync();
        Assert.Equal(Path.Combine(_scene.Destination, backup.Id), backup.Path);
        Assert.Matches(new Regex(@"^web-\d{8}T\d{6}Z-[a-z0-9]{4}$"), backup.Id);
        Assert.Equal(["SHA256SUMS", "SHA256SUMS.sha256", "data/rows.txt", "data/sub/blob.bin", "manifest.json"], Files(backup));
        Assert.Equal(("app", "oss", "1.1", 2, 8L), (backup.App, backup.Edition, backup.Version!.Text, backup.Tables, backup.Rows));
        Assert.Equal(new FileInfo(Path.Combine(backup.Path, "data/rows.txt")).Length + 3000, backup.Size);
        Assert.Null(backup.ProvenOn);
        Assert.Equal(3, Assert.Single(backup.Invariants).Value);
    }

    [Fact]
    public async Task The_manifest_says_what_is_needed_to_judge_and_restore_the_backup()
    {
        var backup = await _scene.BackupAsync();
        using var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(backup.Path, "manifest.json")));
        var root = manifest.RootElement;
        Assert.Equal(1, root.GetProperty("formatVersion").GetInt32());
        Assert.Equal(backup.Id, root.GetProperty("id").GetString());
        Assert.Equal("web", root.GetProperty("deployment").GetString());
        Assert.Equal("1.1", root.GetProperty("version").GetString());
        Assert.Equal("Postgres", root.GetProperty("engine").GetString());
        Assert.Equal("15.1", root.GetProperty("engineVersion").GetString());
        Assert.Equal("fake", root.GetProperty("format").GetString());
        Assert.Equal("1.2", root.GetProperty("tools").GetProperty("fake_dump").GetString());
        Assert.Equal(["data/sub/blob.bin", "data/rows.txt"], root.GetProperty("files").EnumerateArray().Select(file => file.GetProperty("path").GetString()));
        Assert.Equal(3000, root.GetProperty("files")[0].GetProperty("size").GetInt64());
        Assert.Equal(5, root.GetProperty("tables")[1].GetProperty("rows").GetInt64());
        Assert.Equal("0.1.0", root.GetProperty("moduleVersion").GetString());
        Assert.True(root.GetProperty("snapshotOn").GetDateTimeOffset() <= root.GetProperty("created").GetDateTimeOffset());
        Assert.Equal("ENCRYPTION_KEY", root.GetProperty("encryptionKey").GetProperty("setting").GetString());
    }

    [SkippableFact]
    public async Task Sha256sum_agrees()
    {
        Skip.IfNot(File.Exists("/usr/bin/sha256sum"), "there is no sha256sum here");
        var backup = await _scene.BackupAsync();
        Assert.True((await _scene.ProveAsync(backup)).Valid);
        Assert.Equal((0, 3), await Sha256Sum(backup.Path));
        File.AppendAllText(Path.Combine(backup.Path, "data/rows.txt"), "x");
        Assert.Equal(1, (await Sha256Sum(backup.Path)).Exit);
    }

    [SkippableFact]
    public async Task The_folder_is_private()
    {
        Skip.If(OperatingSystem.IsWindows(), "Unix rights");
        var backup = await _scene.BackupAsync();
        await _scene.ProveAsync(backup);
        Assert.All(Directory.GetDirectories(backup.Path, "*", SearchOption.AllDirectories).Append(backup.Path), folder => Assert.Equal("700", UnixRights.Of(folder)));
        Assert.All(Directory.GetFiles(backup.Path, "*", SearchOption.AllDirectories), file => Assert.Equal("600", UnixRights.Of(file)));
    }

    [Fact]
    public async Task No_secret_is_in_the_backup_nor_in_the_store_nor_in_what_is_told()
    {
        var backup = await _scene.BackupAsync();
        Assert.True((await _scene.ProveAsync(backup)).Valid);
        foreach (var file in _scene.AllFiles())
        {
            var content = Encoding.Latin1.GetString(File.ReadAllBytes(file));
            Assert.DoesNotContain(BackupScene.Key, content, StringComparison.Ordinal);
            Assert.DoesNotContain(BackupScene.Password, content, StringComparison.Ordinal);
        }

        var told = string.Join('\n', _scene.Operation.ProgressSeen.Select(step => step.ToString()).Concat(_scene.Operation.Verboses).Concat(_scene.Operation.Warnings));
        Assert.DoesNotContain("planted", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_remembered_and_a_store_that_can_not_is_a_warning()
    {
        var backup = await _scene.BackupAsync();
        Assert.Equal([backup.Path], await _scene.Store.ListBackupsAsync("web", default));
        File.WriteAllText(_scene.Store.Path, "no store any more, and long enough for SQLite to look at what it is: not a database");
        var second = await _scene.BackupAsync();
        Assert.True(Directory.Exists(second.Path));
        Assert.Contains("doesn't remember", Assert.Single(_scene.Operation.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Progress_is_told_and_ends()
    {
        await _scene.BackupAsync();
        Assert.Contains(_scene.Operation.ProgressSeen, step => step.Percent == 99 && step.Status == "computing checksums, 99%, 2 of 2 files, 0 MiB");
        Assert.True(_scene.Operation.ProgressSeen[^1].Completed);
    }

    [Fact]
    public async Task A_failed_dump_leaves_nothing()
    {
        _scene.Database.OnDump = _ => throw new UpgradeException("DatabaseUnreachable", UpgradeErrorCategory.ConnectionError, "db", "gone");
        Assert.Equal("DatabaseUnreachable", (await Assert.ThrowsAsync<UpgradeException>(_scene.BackupAsync)).ErrorId);
        Assert.Empty(_scene.AllFiles());
        Assert.False(Directory.Exists(_scene.Destination));
    }

    [Fact]
    public async Task A_failed_dump_leaves_a_destination_that_was_there()
    {
        Directory.CreateDirectory(_scene.Destination);
        File.WriteAllText(Path.Combine(_scene.Destination, "mine.txt"), "");
        _scene.Database.OnDump = _ => throw new IOException("broken");
        Assert.Equal("BackupFailed", (await Assert.ThrowsAsync<UpgradeException>(_scene.BackupAsync)).ErrorId);
        Assert.Equal("mine.txt", Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(_scene.Destination))));
    }

    [Fact]
    public async Task A_cancelled_backup_leaves_nothing()
    {
        using var cancel = new CancellationTokenSource();
        _scene.Database.OnDump = _ => cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _scene.Service.BackupAsync(_scene.Context, _scene.Destination, cancel.Token));
        Assert.Empty(_scene.AllFiles());
        Assert.False(Directory.Exists(_scene.Destination));
        Assert.True(_scene.Operation.ProgressSeen[^1].Completed);
    }

    [Fact]
    public async Task A_dump_that_lacks_a_file_or_leaves_one_more_is_no_backup()
    {
        _scene.Database.OnDump = folder =>
        {
            File.Delete(Path.Combine(folder, "data/rows.txt"));
            return Task.CompletedTask;
        };
        Assert.Equal("BackupFailed", (await Assert.ThrowsAsync<UpgradeException>(_scene.BackupAsync)).ErrorId);
        _scene.Database.OnDump = folder => File.WriteAllTextAsync(Path.Combine(folder, "data/more.txt"), "");
        Assert.Equal("BackupFailed", (await Assert.ThrowsAsync<UpgradeException>(_scene.BackupAsync)).ErrorId);
        Assert.Empty(_scene.AllFiles());
    }

    [Fact]
    public async Task Too_little_room_is_told_before_anything_is_written()
    {
        _scene.Database.Size = 1L << 40;
        _scene.Free = 1L << 30;
        var failure = await Assert.ThrowsAsync<UpgradeException>(_scene.BackupAsync);
        Assert.Equal("DiskFull", failure.ErrorId);
        Assert.Equal(_scene.Destination, failure.Target);
        Assert.Empty(_scene.Database.Log);
        Assert.False(Directory.Exists(_scene.Destination));
    }

    [Fact]
    public async Task A_destination_that_is_a_file_or_lies_in_a_backup_is_refused()
    {
        File.WriteAllText(_scene.Destination, "");
        Assert.Equal("BackupDestinationInvalid", (await Assert.ThrowsAsync<UpgradeException>(_scene.BackupAsync)).ErrorId);
        var beneath = Path.Combine(_scene.Destination, "beneath");
        Assert.Equal("BackupDestinationInvalid", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.BackupAsync(_scene.Context, beneath, default))).ErrorId);
        File.Delete(_scene.Destination);
        var backup = await _scene.BackupAsync();
        var inside = Path.Combine(backup.Path, "data");
        Assert.Equal("BackupDestinationInvalid", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.BackupAsync(_scene.Context, inside, default))).ErrorId);
    }

    [Fact]
    public async Task Without_a_destination_the_deployments_own_is_used_else_the_stores()
    {
        var usual = await _scene.Service.BackupAsync(_scene.Context, null, default);
        Assert.Equal(Path.Combine(Path.GetDirectoryName(_scene.Store.Path)!, "backups", usual.Id), usual.Path);
        _scene.Context = _scene.Context with { Deployment = _scene.Context.Deployment with { BackupPath = Path.Combine(_scene.Folder, "own") } };
        var own = await _scene.Service.BackupAsync(_scene.Context, " ", default);
        Assert.Equal(Path.Combine(_scene.Folder, "own", own.Id), own.Path);
    }

    [Fact]
    public async Task An_app_that_must_be_stopped_for_a_consistent_backup_is_not_backed_up_while_it_runs()
    {
        _scene.Context = _scene.Context with { Spec = _scene.Context.Spec with { Backup = new BackupSpec { RequiresStop = true, Stores = ["database", "files"] } } };
        _scene.Status = AppServiceStatus.Running;
        Assert.Equal("ServiceRunning", (await Assert.ThrowsAsync<UpgradeException>(_scene.BackupAsync)).ErrorId);
        Assert.Empty(_scene.AllFiles());
        _scene.Status = AppServiceStatus.Stopped;
        await _scene.BackupAsync();
        Assert.Contains("files", Assert.Single(_scene.Operation.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployments_name_never_leads_out_of_the_destination()
    {
        _scene.Context = _scene.Context with { Deployment = _scene.Context.Deployment with { Name = "../../x y" } };
        var backup = await _scene.BackupAsync();
        Assert.Equal(_scene.Destination, Path.GetDirectoryName(backup.Path));
    }

    internal static IEnumerable<string> Files(AppBackup backup) =>
        Directory.GetFiles(backup.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(backup.Path, file).Replace('\\', '/')).Order(StringComparer.Ordinal);

    private static async Task<(int Exit, int Good)> Sha256Sum(string folder)
    {
        var start = new ProcessStartInfo("sha256sum", ["-c", "--strict", "SHA256SUMS"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output.Split('\n').Count(line => line.EndsWith(": OK", StringComparison.Ordinal)));
    }
}
