using UpgradeModule.Engine.Backups;

namespace UpgradeModule.Tests.Backups;

public sealed class BackupListingTests : IDisposable
{
    private readonly BackupScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task Backups_are_listed_newest_first_from_the_store_and_from_a_folder()
    {
        var first = await _scene.BackupAsync();
        await Task.Delay(5);
        var second = await _scene.BackupAsync();
        Assert.Equal([second.Id, first.Id], await Ids(new BackupQuery { Deployment = "WEB" }));
        Assert.Equal([second.Id, first.Id], await Ids(new BackupQuery { Path = _scene.Destination }));
        Assert.Equal([first.Id], await Ids(new BackupQuery { Path = first.Path }));
        Assert.Empty(await Ids(new BackupQuery { Deployment = "other" }));
        Assert.Empty(await Ids(new BackupQuery { Path = _scene.Destination, Deployment = "other" }));
    }

    [Fact]
    public async Task A_backup_in_the_usual_folder_is_listed_once_and_also_when_the_store_forgot_it()
    {
        var backup = await _scene.Service.BackupAsync(_scene.Context, null, default);
        Assert.Equal([backup.Id], await Ids(new BackupQuery()));
        await _scene.Store.ForgetBackupAsync(backup.Path, default);
        Assert.Equal([backup.Id], await Ids(new BackupQuery()));
    }

    [Fact]
    public async Task A_folder_that_is_gone_is_passed_over_with_a_word()
    {
        var backup = await _scene.BackupAsync();
        Directory.Delete(backup.Path, recursive: true);
        Assert.Empty(await Ids(new BackupQuery()));
        Assert.Contains(backup.Path, Assert.Single(_scene.Operation.Verboses), StringComparison.Ordinal);
        Assert.Empty(_scene.Operation.Warnings);
    }

    [Fact]
    public async Task What_is_no_backup_and_what_can_not_be_read_are_warnings()
    {
        var good = await _scene.BackupAsync();
        var bad = await _scene.BackupAsync();
        File.WriteAllText(Path.Combine(bad.Path, "manifest.json"), "{");
        Directory.CreateDirectory(Path.Combine(_scene.Destination, "photos"));
        var unfinished = Directory.CreateDirectory(Path.Combine(_scene.Destination, ".x.partial"));
        File.WriteAllText(Path.Combine(unfinished.FullName, "manifest.json"), "{");
        Assert.Equal([good.Id], await Ids(new BackupQuery { Path = _scene.Destination }));
        Assert.Equal(2, _scene.Operation.Warnings.Count);
        Assert.EndsWith("none, or a broken one: photos.", _scene.Operation.Warnings[0], StringComparison.Ordinal);
        Assert.Contains(bad.Path, _scene.Operation.Warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_does_not_exist_is_told() =>
        Assert.Equal("BackupNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => Ids(new BackupQuery { Path = Path.Combine(_scene.Folder, "none") }))).ErrorId);

    [Fact]
    public async Task One_backup_is_opened_by_its_folder()
    {
        var backup = await _scene.BackupAsync();
        Assert.Equal(backup.Path, (await _scene.Service.OpenAsync(backup.Path + Path.DirectorySeparatorChar, default)).Path);
        Assert.Equal("BackupNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.OpenAsync(_scene.Destination, default))).ErrorId);
    }

    [Fact]
    public async Task An_archive_of_the_databases_own_tools_is_named_with_what_restores_it()
    {
        var dump = Path.Combine(_scene.Folder, "app.dump");
        await File.WriteAllTextAsync(dump, "PGDMP");
        var folder = Directory.CreateDirectory(Path.Combine(_scene.Folder, "app.dir")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "toc.dat"), "PGDMP");
        foreach (var path in new[] { dump, folder })
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.OpenAsync(path, default));
            Assert.Equal("BackupNotFound", failure.ErrorId);
            Assert.Contains("Restore-AppDatabase -ArchivePath", failure.Remedy, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{", "BackupCorrupt")]
    [InlineData("[]", "BackupCorrupt")]
    [InlineData("{}", "BackupCorrupt")]
    [InlineData("{\"formatVersion\":2,\"id\":\"x\"}", "BackupTooNew")]
    [InlineData("{\"id\":\"x\",\"files\":[{\"path\":\"data/../../etc/passwd\"}]}", "BackupCorrupt")]
    [InlineData("{\"id\":\"x\",\"files\":[{\"path\":\"/etc/passwd\"}]}", "BackupCorrupt")]
    [InlineData("{\"id\":\"x\",\"files\":[{\"path\":\"data/a\\\\..\\\\..\\\\b\"}]}", "BackupCorrupt")]
    public async Task A_manifest_that_is_not_right_is_told(string manifest, string errorId)
    {
        var backup = await _scene.BackupAsync();
        File.WriteAllText(Path.Combine(backup.Path, "manifest.json"), manifest);
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.OpenAsync(backup.Path, default));
        Assert.Equal(errorId, failure.ErrorId);
        Assert.Equal(backup.Path, failure.Target);
    }

    private async Task<IEnumerable<string>> Ids(BackupQuery query) => (await _scene.Service.ListAsync(query, _scene.Operation, default)).Select(backup => backup.Id);
}
