using NSubstitute;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Backups;

public sealed class BackupRestoringTests : IDisposable
{
    private readonly BackupScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task A_restore_locks_restores_and_tells_where_the_data_before_is()
    {
        var backup = await _scene.BackupAsync();
        _scene.Database.Log.Clear();
        var result = await _scene.Service.RestoreAsync(_scene.Context, backup, force: false, default);
        Assert.Equal((2, 8L), (result.Tables, result.Rows));
        Assert.StartsWith("app_before-restore-2", result.KeptAs, StringComparison.Ordinal);
        Assert.Equal(_scene.Database.Target, result.Database);
        Assert.Equal(["host locked", "database locked", "restore " + result.KeptAs![4..], "database unlocked", "host unlocked"], _scene.Database.Log);
        Assert.Empty(_scene.Operation.Warnings);
    }

    [Theory]
    [InlineData(AppServiceStatus.Running)]
    [InlineData(AppServiceStatus.Starting)]
    [InlineData(AppServiceStatus.Stopping)]
    [InlineData(AppServiceStatus.Unknown)]
    public async Task A_service_that_is_not_stopped_is_refused(AppServiceStatus status)
    {
        var backup = await _scene.BackupAsync();
        _scene.Status = status;
        await Refused("ServiceRunning", backup, force: true);
    }

    [Fact]
    public async Task A_service_that_starts_while_checksums_are_tested_is_refused_and_locks_are_given_back()
    {
        var backup = await _scene.BackupAsync();
        _scene.Host.LockAsync(default!, default!, default).ReturnsForAnyArgs(call =>
        {
            _scene.Status = AppServiceStatus.Running;
            return new Releaser(() => _scene.Database.Log.Add("host unlocked"));
        });
        await Refused("ServiceRunning", backup, force: false);
        Assert.Equal("host unlocked", _scene.Database.Log[^1]);
    }

    [Fact]
    public async Task A_backup_of_another_deployment_or_app_takes_force()
    {
        var backup = await _scene.BackupAsync();
        _scene.Context = _scene.Context with { Deployment = _scene.Context.Deployment with { Name = "other" } };
        await Refused("BackupMismatch", backup, force: false);
        _scene.Context = _scene.Context with { Spec = _scene.Context.Spec with { Name = "otherapp" } };
        await Refused("BackupMismatch", backup, force: false);
        await _scene.Service.RestoreAsync(_scene.Context, backup, force: true, default);
        Assert.Equal(2, _scene.Operation.Warnings.Count);
    }

    [Theory]
    [InlineData("another-key-than-before")]
    [InlineData("")]
    public async Task Another_encryption_key_or_none_takes_force(string key)
    {
        var backup = await _scene.BackupAsync();
        _scene.Settings.Set("ENCRYPTION_KEY", key, "test");
        var failure = await Refused("BackupMismatch", backup, force: false);
        Assert.DoesNotContain(BackupScene.Key, failure.Message, StringComparison.Ordinal);
        if (key.Length > 0) Assert.DoesNotContain(key, failure.Message, StringComparison.Ordinal);
        await _scene.Service.RestoreAsync(_scene.Context, backup, force: true, default);
        Assert.Single(_scene.Operation.Warnings);
    }

    [Fact]
    public async Task A_key_that_came_later_takes_force()
    {
        _scene.Settings = new AppSettings();
        var backup = await _scene.BackupAsync();
        _scene.Settings.Set("ENCRYPTION_KEY", BackupScene.Key, "test");
        await Refused("BackupMismatch", backup, force: false);
    }

    [Fact]
    public async Task Another_engine_is_refused_even_with_force()
    {
        var backup = await _scene.BackupAsync();
        _scene.Database = new FakeDatabase { Engine = DatabaseEngine.Sqlite };
        await Refused("BackupMismatch", backup, force: true);
    }

    [Fact]
    public async Task A_damaged_backup_is_refused_even_with_force()
    {
        var backup = await _scene.BackupAsync();
        File.AppendAllText(Path.Combine(backup.Path, "data/rows.txt"), "x");
        await Refused("BackupCorrupt", backup, force: true);
    }

    [Fact]
    public async Task A_backup_of_another_version_than_the_installed_one_warns()
    {
        var backup = await _scene.BackupAsync();
        _scene.Installed = AppVersion.Parse("2.0");
        await _scene.Service.RestoreAsync(_scene.Context, backup, force: false, default);
        Assert.Contains("1.1", Assert.Single(_scene.Operation.Warnings), StringComparison.Ordinal);
    }

    private async Task<UpgradeException> Refused(string errorId, AppBackup backup, bool force)
    {
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.RestoreAsync(_scene.Context, backup, force, default));
        Assert.Equal(errorId, failure.ErrorId);
        Assert.DoesNotContain(_scene.Database.Log, entry => entry.StartsWith("restore", StringComparison.Ordinal));
        return failure;
    }
}
