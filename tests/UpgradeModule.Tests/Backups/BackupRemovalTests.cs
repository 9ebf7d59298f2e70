using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Backups.Retention;

namespace UpgradeModule.Tests.Backups;

public sealed class BackupRemovalTests : IDisposable
{
    private readonly BackupScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task A_removed_backup_is_gone_from_disk_and_store_and_leaves_nothing_hidden()
    {
        var (backup, other) = (await _scene.BackupAsync(), await _scene.BackupAsync());

        await _scene.Service.RemoveAsync(backup, _scene.Operation, default);

        Assert.Equal([other.Path], Directory.GetFileSystemEntries(_scene.Destination));
        Assert.Equal([other.Path], await _scene.Store.ListBackupsAsync(null, default));
    }

    [Fact]
    public async Task The_last_proven_backup_is_refused_by_name_and_goes_only_by_force_and_never_by_a_rule()
    {
        var proven = (await _scene.ProveAsync(await _scene.BackupAsync())).Backup;
        var newer = await _scene.BackupAsync();
        AppBackup[] both = [proven, newer];

        var plan = await PlanAsync(new BackupRemovalRequest { Backups = both });
        Assert.Equal(("BackupProtected", proven.Id), (plan[0].Refused!.ErrorId, plan[0].Backup.Id));
        Assert.Contains(proven.Id, plan[0].Refused!.Message, StringComparison.Ordinal);
        Assert.Equal((null, null), (plan[1].Kept, plan[1].Refused));
        Assert.All(await PlanAsync(new BackupRemovalRequest { Backups = both, Force = true }), removal => Assert.Null(removal.Kept));

        var byRule = await PlanAsync(new BackupRemovalRequest { Backups = both, Rule = new RetentionRule { OlderThan = TimeSpan.Zero }, Force = true });
        Assert.Equal(("it is the newest that is proven", null), (byRule[0].Kept, byRule[0].Refused));
        Assert.Null(byRule[1].Kept);
    }

    [Fact]
    public async Task An_older_proven_backup_and_one_of_two_copies_may_go()
    {
        var first = (await _scene.ProveAsync(await _scene.BackupAsync())).Backup;
        await Task.Delay(5);
        var second = (await _scene.ProveAsync(await _scene.BackupAsync())).Backup;
        Assert.Null(Assert.Single(await PlanAsync(new BackupRemovalRequest { Backups = [first] })).Kept);

        var copy = await _scene.Service.CopyAsync(second, Path.Combine(_scene.Folder, "share"), _scene.Operation, default);
        Assert.Null(Assert.Single(await PlanAsync(new BackupRemovalRequest { Backups = [copy] })).Kept);
        Assert.Single(await PlanAsync(new BackupRemovalRequest { Backups = [copy, second] }), removal => removal.Refused is not null);
    }

    [Fact]
    public async Task What_a_run_may_need_stays_also_by_force_and_where_the_run_began_since()
    {
        var backup = await _scene.BackupAsync();
        _scene.Needed.Add(new NeededBackup(backup.Path, "the run r1 is under way"));

        Assert.Equal("BackupNeeded", Assert.Single(await PlanAsync(new BackupRemovalRequest { Backups = [backup], Force = true })).Refused!.ErrorId);
        Assert.Equal("the run r1 is under way", Assert.Single(await PlanAsync(new BackupRemovalRequest { Backups = [backup], Rule = new RetentionRule { OlderThan = TimeSpan.Zero } })).Kept);
        Assert.Equal("BackupNeeded", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.RemoveAsync(backup, _scene.Operation, default))).ErrorId);
        Assert.True(Directory.Exists(backup.Path));
    }

    [SkippableFact]
    public async Task What_a_run_may_need_is_known_by_whatever_path_it_is_reached()
    {
        Skip.If(OperatingSystem.IsWindows(), "Making a link needs a right there.");
        var backup = await _scene.BackupAsync();
        await _scene.Service.CopyAsync(backup, Path.Combine(_scene.Folder, "share"), _scene.Operation, default);
        _scene.Needed.Add(new NeededBackup(backup.Path, "the run r1 is under way", backup.Id));
        var folder = Directory.CreateSymbolicLink(Path.Combine(_scene.Folder, "link"), _scene.Destination).FullName;
        var direct = Directory.CreateSymbolicLink(Path.Combine(_scene.Folder, "direct"), backup.Path).FullName;

        foreach (var linked in new[] { backup with { Path = Path.Combine(folder, backup.Id) }, backup with { Path = direct } })
        {
            Assert.Equal("BackupNeeded", Assert.Single(await PlanAsync(new BackupRemovalRequest { Backups = [linked], Force = true })).Refused?.ErrorId);
            Assert.Equal("BackupNeeded", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.RemoveAsync(linked, _scene.Operation, default))).ErrorId);
            Assert.Single(await PlanAsync(new BackupRemovalRequest { Backups = [linked, backup], Force = true }));
        }

        Assert.True(File.Exists(Path.Combine(backup.Path, "manifest.json")));
    }

    [Fact]
    public async Task A_moved_backup_that_a_run_may_need_stays_until_another_whole_copy_does()
    {
        var backup = await _scene.BackupAsync();
        _scene.Needed.Add(new NeededBackup(Path.Combine(_scene.Folder, "before", backup.Id), "the run r1 is under way", backup.Id));
        AppBackup[] alone = [backup];
        Assert.Equal("BackupNeeded", Assert.Single(await PlanAsync(new BackupRemovalRequest { Backups = alone, Force = true })).Refused?.ErrorId);
        Assert.Equal("BackupNeeded", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.RemoveAsync(backup, _scene.Operation, default))).ErrorId);

        var copy = await _scene.Service.CopyAsync(backup, Path.Combine(_scene.Folder, "share"), _scene.Operation, default);
        AppBackup[] both = [backup, copy];
        alone = [copy];
        Assert.Null(Assert.Single(await PlanAsync(new BackupRemovalRequest { Backups = alone, Force = true })).Refused);
        Assert.Single(await PlanAsync(new BackupRemovalRequest { Backups = both, Force = true }), removal => removal.Refused is not null);
        Assert.Single(await PlanAsync(new BackupRemovalRequest { Backups = both, Rule = new RetentionRule { OlderThan = TimeSpan.Zero } }), removal => removal.Kept is not null);

        File.Delete(Path.Combine(backup.Path, "data", "rows.txt"));
        Assert.Equal("BackupNeeded", Assert.Single(await PlanAsync(new BackupRemovalRequest { Backups = alone, Force = true })).Refused?.ErrorId);
        await File.WriteAllBytesAsync(Path.Combine(backup.Path, "data", "rows.txt"), await File.ReadAllBytesAsync(Path.Combine(copy.Path, "data", "rows.txt")));
        await _scene.Service.RemoveAsync(copy, _scene.Operation, default);
        Assert.Equal("BackupNeeded", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.RemoveAsync(backup, _scene.Operation, default))).ErrorId);
        Assert.Equal((true, false), (Directory.Exists(backup.Path), Directory.Exists(copy.Path)));
    }

    [Fact]
    public async Task Of_two_machines_deployments_of_one_name_in_one_folder_each_keeps_its_own_last_proven_backup()
    {
        var first = (await _scene.ProveAsync(await _scene.BackupAsync())).Backup;
        await Task.Delay(5);
        _scene.Database = new Support.FakeDatabase { Target = new DatabaseTarget { Engine = DatabaseEngine.Postgres, Server = "other", Name = "app", User = "app" } };
        var second = (await _scene.ProveAsync(await _scene.BackupAsync())).Backup;
        AppBackup[] both = [first, second];

        Assert.All(await PlanAsync(new BackupRemovalRequest { Backups = both }), removal => Assert.Equal("BackupProtected", removal.Refused?.ErrorId));
        Assert.All(await PlanAsync(new BackupRemovalRequest { Backups = both, Rule = new RetentionRule { OlderThan = TimeSpan.Zero } }), removal => Assert.Equal("it is the newest that is proven", removal.Kept));

        // A record of before there was such a property is judged by what is on the disk.
        Assert.Equal("BackupProtected", Assert.Single(await PlanAsync(new BackupRemovalRequest { Backups = [first with { Database = null, ProvenOn = null }] })).Refused?.ErrorId);
    }

    [Fact]
    public async Task A_folder_that_is_another_backup_by_now_or_holds_another_one_is_left_alone()
    {
        var (backup, other) = (await _scene.BackupAsync(), await _scene.BackupAsync());
        Assert.Equal("BackupRemoveFailed", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.RemoveAsync(backup with { Path = other.Path }, _scene.Operation, default))).ErrorId);
        Directory.Move(other.Path, Path.Combine(backup.Path, "data", "inner"));
        Assert.Equal("BackupRemoveFailed", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.RemoveAsync(backup, _scene.Operation, default))).ErrorId);
        Assert.True(File.Exists(Path.Combine(backup.Path, "manifest.json")));
    }

    [Fact]
    public async Task What_killed_processes_left_is_swept_by_the_next_backup_and_what_a_living_one_writes_is_not()
    {
        var backup = await _scene.BackupAsync();
        var removed = Hidden("web-1.abcdef01.removed");
        var killed = Hidden("web-2.partial");
        await File.WriteAllTextAsync(Path.Combine(_scene.Destination, ".web-2.lock"), Environment.MachineName);
        var elsewhere = Hidden("web-3.partial");
        await File.WriteAllTextAsync(Path.Combine(_scene.Destination, ".web-3.lock"), "another machine");
        var unknown = Hidden("web-4.partial");
        using var living = PartialFolder.Make(_scene.Destination, "web-5");

        Assert.Equal([removed, killed], await _scene.Service.FindLeftAsync(null, default));
        await _scene.BackupAsync();

        Assert.False(Directory.Exists(removed) || Directory.Exists(killed) || File.Exists(Path.Combine(_scene.Destination, ".web-2.lock")));
        Assert.True(Directory.Exists(elsewhere) && Directory.Exists(unknown) && Directory.Exists(living.Path) && Directory.Exists(backup.Path));
        foreach (var folder in new[] { elsewhere, unknown })
        {
            Directory.SetLastWriteTimeUtc(Path.Combine(folder, "data"), DateTime.UtcNow.AddDays(-2));
            File.SetLastWriteTimeUtc(Path.Combine(folder, "data", "x"), DateTime.UtcNow.AddDays(-2));
            Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow.AddDays(-2));
        }

        Assert.Equal([elsewhere, unknown], await _scene.Service.FindLeftAsync(_scene.Destination, default));
        await _scene.Service.RemoveLeftAsync(elsewhere, default);
        Assert.False(Directory.Exists(elsewhere) || File.Exists(Path.Combine(_scene.Destination, ".web-3.lock")));
    }

    private string Hidden(string name)
    {
        var folder = Path.Combine(_scene.Destination, "." + name);
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        File.WriteAllText(Path.Combine(folder, "data", "x"), "x");
        return folder;
    }

    private Task<IReadOnlyList<BackupRemoval>> PlanAsync(BackupRemovalRequest request) => _scene.Service.PlanRemovalAsync(request, _scene.Operation, default);
}
