using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.H2.Contained;
using UpgradeModule.Engine.Readiness.Checks;
using UpgradeModule.Tests.Deployments.Docker.Live;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.H2;

/// <summary>H2 files of applications in containers, wherever the file lies.</summary>
[Collection("Containers")]
public class H2ContainerTests(ContainerEngineFixture docker, PodmanFixture podman)
{
    private const string Name = "metabase.db.mv.db";

    [SkippableFact]
    public async Task A_file_in_the_container_itself_is_backed_up_proven_restored_and_brought_back()
    {
        await using var scene = await H2ContainerScene.MakeAsync(docker, "2.2.224");
        await GoThereAndBackAsync(scene);
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task A_file_in_a_container_of_podman_is_backed_up_proven_restored_and_brought_back()
    {
        await using var scene = await H2ContainerScene.MakeAsync(podman, "2.2.224");
        await GoThereAndBackAsync(scene);
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task Data_in_the_container_itself_is_changed_in_a_copy_that_takes_the_file_s_place()
    {
        await using var scene = await H2ContainerScene.MakeAsync(docker, "2.2.224");
        await ChangeAsync(scene);
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task Data_in_a_container_of_podman_is_changed_in_a_copy_that_takes_the_file_s_place()
    {
        await using var scene = await H2ContainerScene.MakeAsync(podman, "2.2.224");
        await ChangeAsync(scene);
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task A_change_that_is_killed_at_any_step_leaves_the_old_or_the_new_whole()
    {
        await using var scene = await H2ContainerScene.MakeAsync(docker, "1.4.200");
        var before = await File.ReadAllBytesAsync(scene.Data.File);
        await using var whole = await scene.OpenAsync();
        var access = new DatabaseAccess { Target = whole.Target, DockerHost = docker.Address, JarPath = await H2Jars.OfAsync("1.4.200") };
        for (var changes = 0; changes <= 5; changes++)
        {
            await scene.PutAsync(scene.Data.File);
            var dying = new H2ContainedDatabase(access, _ => DyingEngine.Over(docker.Engine, changes));
            if (changes < 5) await Assert.ThrowsAsync<KilledException>(() => dying.ExecuteAsync("DELETE FROM person WHERE id > 5", default));
            else await dying.ExecuteAsync("DELETE FROM person WHERE id > 5", default);

            var inside = await scene.LookAsync();
            Assert.Equal(changes < 3, inside[Name].Bytes.SequenceEqual(before));
            Assert.Equal(changes < 3 ? 803 : 5, (await whole.ReadInvariantsAsync(scene.Scene.Spec.Invariants, default))[0].Value);
            if (changes is 2 or 3 or 4) Assert.Equal(before, inside[Name + ".um-before-change"].Bytes);
            // What one left is no obstacle to the next.
            await whole.ExecuteAsync("DELETE FROM person WHERE id > 3", default);
            Assert.Equal(3, (await whole.ReadInvariantsAsync(scene.Scene.Spec.Invariants, default))[0].Value);
            foreach (var kept in await whole.ListKeptAsync(default)) await whole.DropAsync(kept, default);
        }
    }

    private static async Task ChangeAsync(H2ContainerScene scene)
    {
        await using var database = await scene.OpenAsync();
        var before = await scene.LookAsync();
        var mark = (H2ContainerScene.Owner, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => database.ExecuteAsync("DELETE FROM nowhere", default));
        Assert.Equal("DatabaseWriteFailed", failure.ErrorId);
        Assert.Contains("NOWHERE", failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal([Name], (await scene.LookAsync()).Keys);
        Assert.Equal(before[Name].Bytes, (await scene.LookAsync())[Name].Bytes);

        foreach (var left in new[] { 5, 4 })
        {
            await database.ExecuteAsync($"DELETE FROM person WHERE id > {left};", default);
            Assert.Equal(left, (await database.ReadInvariantsAsync(scene.Scene.Spec.Invariants, default))[0].Value);
            var inside = await scene.LookAsync();
            Assert.Equal(mark, (inside[Name].Owner, inside[Name].Mode));
            // Names can't be removed in a container that doesn't run: what they held is.
            Assert.All(inside.Where(file => file.Key != Name), file => Assert.Empty(file.Value.Bytes));
            Assert.Equal([Name, Name + ".um-before-change", Name + ".um-next"], inside.Keys.Order(StringComparer.Ordinal));
            Assert.Empty(await database.ListKeptAsync(default));
        }

        var changed = (await scene.LookAsync())[Name].Bytes;
        await scene.Scene.Engine.StartContainerAsync(scene.Scene.Name, default);
        Assert.Equal("DatabaseInUse", (await Assert.ThrowsAsync<UpgradeException>(() => database.ExecuteAsync("DELETE FROM person", default))).ErrorId);
        Assert.Equal(changed, (await scene.LookAsync())[Name].Bytes);
        await scene.Scene.Engine.StopContainerAsync(scene.Scene.Name, null, default);
        Assert.Equal(4, (await database.ReadInvariantsAsync(scene.Scene.Spec.Invariants, default))[0].Value);
        Assert.DoesNotContain(Directory.GetDirectories(Path.GetTempPath(), ".um-write-*"), folder => File.Exists(Path.Combine(folder, "database.mv.db")));
    }

    private static async Task GoThereAndBackAsync(H2ContainerScene scene)
    {
        var original = await File.ReadAllBytesAsync(scene.Data.File);
        await using var database = await scene.OpenAsync();
        Assert.IsType<H2ContainedDatabase>(database);
        Assert.Equal($"h2:{scene.Scene.Name}:{H2ContainerScene.Inside}", database.Target.ToString());

        var backup = await scene.BackupAsync();
        Assert.Equal((DatabaseEngine.H2, 2, 805L), (backup.Engine, backup.Tables, backup.Rows));
        var file = Path.Combine(backup.Path, "data", "database.h2-2.2.mv.db");
        Assert.Equal(original, await File.ReadAllBytesAsync(file));
        var proof = await scene.Backups.ProveAsync(backup, scene.Context, BackupTestDepth.Content, scene.Scene.Operation, default);
        Assert.True(proof.Valid, string.Join("; ", proof.Problems));
        Assert.Equal((2, 805L), (proof.TablesCompared, proof.RowsCompared));
        Assert.NotNull(proof.ProvenOn);

        await scene.Data.RunAsync("DELETE FROM person WHERE id > 5");
        await scene.PutAsync(scene.Data.File);
        Assert.Equal(5, (await database.ReadInvariantsAsync(scene.Scene.Spec.Invariants, default))[0].Value);
        var result = await scene.Backups.RestoreAsync(scene.Context, backup, force: false, default);
        Assert.Equal((2, 805L), (result.Tables, result.Rows));
        Assert.StartsWith(H2ContainerScene.Inside + ".um-before-restore-", result.KeptAs, StringComparison.Ordinal);
        var inside = await scene.LookAsync();
        Assert.Equal(original, inside[Name].Bytes);
        Assert.Equal((H2ContainerScene.Owner, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead), (inside[Name].Owner, inside[Name].Mode));
        Assert.Equal(await File.ReadAllBytesAsync(scene.Data.File), inside[Path.GetFileName(result.KeptAs!)].Bytes);
        Assert.Equal(3, inside.Count);
        Assert.Empty(inside[Name + ".um-next"].Bytes);

        // The application runs on it, and what it writes reaches nothing that is kept.
        await scene.Scene.Engine.StartContainerAsync(scene.Scene.Name, default);
        Assert.Equal(803, (await database.ReadInvariantsAsync(scene.Scene.Spec.Invariants, default))[0].Value);
        Assert.True(await database.TableExistsAsync("person", default));
        foreach (var work in new Func<Task>[] { () => scene.BackupAsync(), () => database.RestoreAsync(default!, "r", scene.Scene.Operation, default) })
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(work);
            Assert.Equal("DatabaseInUse", failure.ErrorId);
            Assert.Contains("Stop-AppService", failure.Remedy, StringComparison.Ordinal);
        }

        await scene.Scene.Engine.StopContainerAsync(scene.Scene.Name, null, default);
        var kept = Assert.Single(await database.ListKeptAsync(default));
        Assert.Equal(result.KeptAs, kept.Location);
        var replaced = await database.RollbackAsync(kept, default);
        Assert.Equal(5, (await database.ReadInvariantsAsync(scene.Scene.Spec.Invariants, default))[0].Value);
        Assert.Null(await database.RollbackAsync(kept, default));
        Assert.Equal(replaced!.Location, Assert.Single(await database.ListKeptAsync(default)).Location);
        await database.DropAsync(replaced, default);
        Assert.Empty(await database.ListKeptAsync(default));
        Assert.Equal("RollbackPointFailed", (await Assert.ThrowsAsync<UpgradeException>(() => database.CreateRollbackPointAsync("r", default))).ErrorId);

        var readiness = ContainerReadinessTests.Context(scene.Scene, new DatabaseTarget { Engine = DatabaseEngine.H2, Path = "/work1/metabase.db.mv.db", FromSettings = true }, open: scene.OpenAsync);
        Assert.True(Assert.Single(await new DataInContainerCheck().RunAsync(readiness, default)).Blocks);
        Assert.Empty(await new DatabaseFileCheck().RunAsync(readiness, default));
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task A_name_that_was_freed_while_the_container_runs_is_gone()
    {
        await using var scene = await H2ContainerScene.MakeAsync(docker, "1.4.200");
        await using var database = await scene.OpenAsync();
        var backup = await scene.BackupAsync();
        await scene.Backups.RestoreAsync(scene.Context, backup, force: false, default);
        await scene.Scene.Engine.StartContainerAsync(scene.Scene.Name, default);

        await database.DropAsync(Assert.Single(await database.ListKeptAsync(default)), default);

        Assert.Equal([Name, Name + ".um-next"], (await scene.LookAsync()).Keys.Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task A_restore_that_is_killed_at_any_step_leaves_the_old_and_the_new_whole_and_is_done_again()
    {
        await using var scene = await H2ContainerScene.MakeAsync(docker, "1.4.200");
        var content = await scene.Data.DumpAsync();
        var restored = await File.ReadAllBytesAsync(scene.Data.File);
        await scene.Data.RunAsync("DELETE FROM person WHERE id > 5");
        var before = await File.ReadAllBytesAsync(scene.Data.File);
        await using var whole = await scene.OpenAsync();
        for (var changes = 0; changes <= 4; changes++)
        {
            await scene.PutAsync(scene.Data.File);
            var access = new DatabaseAccess { Target = whole.Target, DockerHost = docker.Address };
            var dying = new H2ContainedDatabase(access, _ => DyingEngine.Over(docker.Engine, changes));
            if (changes < 4) await Assert.ThrowsAsync<KilledException>(() => dying.RestoreAsync(content, $"data{changes}", scene.Scene.Operation, default));
            else await dying.RestoreAsync(content, $"data{changes}", scene.Scene.Operation, default);

            var inside = await scene.LookAsync();
            Assert.Equal(changes < 3 ? before : restored, inside[Name].Bytes);
            if (changes >= 2) Assert.Equal(before, inside[$"{Name}.um-data{changes}"].Bytes);
            if (changes is 1 or 2 or 3) Assert.Equal(restored, inside[Name + ".um-next"].Bytes);
            if (changes == 4) break;

            // What the first one left is no obstacle.
            await new H2ContainedDatabase(access).RestoreAsync(content, "again", scene.Scene.Operation, default);
            inside = await scene.LookAsync();
            Assert.Equal(restored, inside[Name].Bytes);
            Assert.Empty(inside[Name + ".um-next"].Bytes);
            foreach (var kept in (await whole.ListKeptAsync(default)).Where(kept => kept.Location.Contains(".um-again", StringComparison.Ordinal))) await whole.DropAsync(kept, default);
        }
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task Without_a_file_one_is_put_there_and_a_lock_file_or_one_that_is_none_of_H2s_is_named()
    {
        await using var scene = await H2ContainerScene.MakeAsync(docker, "1.4.200");
        var content = await scene.Data.DumpAsync();
        var whole = await scene.OpenAsync();
        var elsewhere = new DatabaseAccess { Target = whole.Target with { Path = H2ContainerScene.Folder + "/other.mv.db" }, DockerHost = docker.Address };
        await using var other = new H2ContainedDatabase(elsewhere);
        Assert.Equal("DatabaseNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => other.InspectAsync(default))).ErrorId);
        Assert.Equal("DatabaseNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => other.CountRowsAsync(default))).ErrorId);

        var outcome = await other.RestoreAsync(content, "first", scene.Scene.Operation, default);

        Assert.Equal("", outcome.Previous.Location);
        Assert.Equal(await File.ReadAllBytesAsync(scene.Data.File), (await scene.LookAsync())["other.mv.db"].Bytes);
        Assert.Equal("1.4", (await other.InspectAsync(default)).EngineVersion);
        var text = Path.Combine(scene.OnHost("text"), "x");
        await File.WriteAllTextAsync(text, new string('x', 9000));
        await scene.PutAsync(text);
        Assert.Equal("DatabaseCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => whole.InspectAsync(default))).ErrorId);
        Assert.Equal("DatabaseCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => scene.BackupAsync())).ErrorId);
        Assert.Equal("RestoreFailed", (await Assert.ThrowsAsync<UpgradeException>(() => new H2ContainedDatabase(new DatabaseAccess { Target = whole.Target with { Path = H2ContainerScene.Folder + "/old.h2.db" }, DockerHost = docker.Address }).RestoreAsync(content, "r", scene.Scene.Operation, default))).ErrorId);
    }

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData("volume")]
    [InlineData("bind")]
    public async Task A_file_on_a_volume_or_in_a_folder_of_the_host_is_worked_with_there(string kind)
    {
        await using var scene = await H2ContainerScene.MakeAsync(docker, "2.2.224", made => new HostConfig { Binds = [$"{(kind == "bind" ? made.OnHost("data") : made.Scene.Volume("h2"))}:{H2ContainerScene.Folder}"] });
        await using var database = await scene.OpenAsync();
        Assert.True(File.Exists(database.Target.Path), database.Target.ToString());
        Assert.Null(database.Target.Container);

        var backup = await scene.BackupAsync();
        Assert.Equal(805, backup.Rows);
        Assert.NotNull((await scene.Backups.ProveAsync(backup, scene.Context, BackupTestDepth.Restore, scene.Scene.Operation, default)).ProvenOn);
        await scene.Data.RunAsync("DELETE FROM person WHERE id > 5");
        await scene.PutAsync(scene.Data.File);
        var point = await database.CreateRollbackPointAsync("20260101-000000-abcdef-1", default);
        await scene.Backups.RestoreAsync(scene.Context, backup, force: false, default);
        var live = (await scene.LookAsync())[Name];
        Assert.Equal(File.ReadAllBytes(Path.Combine(backup.Path, "data", "database.h2-2.2.mv.db")), live.Bytes);
        Assert.Equal((H2ContainerScene.Owner, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead), (live.Owner, live.Mode));
        await database.RollbackAsync(point, default);
        Assert.Equal(5, (await database.ReadInvariantsAsync(scene.Scene.Spec.Invariants, default))[0].Value);
        var readiness = ContainerReadinessTests.Context(scene.Scene, new DatabaseTarget { Engine = DatabaseEngine.H2, Path = "/work1/metabase.db.mv.db", FromSettings = true }, open: scene.OpenAsync);
        Assert.Empty(await new DataInContainerCheck().RunAsync(readiness, default));
    }
}
