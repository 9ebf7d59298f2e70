using System.Security.Cryptography;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.H2;

public class H2DatabaseTests
{
    [SkippableTheory]
    [InlineData("1.4.200", "h2-mv1", "data/database.h2-1.4.mv.db")]
    [InlineData("2.1.214", "h2-mv2", "data/database.h2-2.1.mv.db")]
    [InlineData("2.2.224", "h2-mv3", "data/database.h2-2.2.mv.db")]
    public async Task A_file_goes_the_whole_way_round_backup_proof_restore_rollback_point_and_back(string version, string format, string name)
    {
        using var fixture = await H2Fixture.MakeAsync(version);
        var script = await fixture.ScriptAsync();
        Assert.Contains("person 800", script, StringComparison.Ordinal);
        var original = await File.ReadAllBytesAsync(fixture.File);
        var directory = fixture.Folder("backup");
        var dump = await fixture.Database.DumpAsync(directory, H2Fixture.Invariants, BackupOptions.Default, new RecordingOperation(), default);
        Assert.Equal((format, name, version), (dump.Format, Assert.Single(dump.Files), dump.Tools["h2"]));
        Assert.Equal(["OTHER.odd \" näme, 'x': 2", "PUBLIC.PERSON: 803"], dump.Tables.Select(table => table.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(803, dump.Invariants.Single(value => value.Name == "people").Value);
        Assert.Contains("NOWHERE", dump.Invariants.Single(value => value.Name == "broken").Detail, StringComparison.Ordinal);
        var copied = await File.ReadAllBytesAsync(Path.Combine(directory, name));
        Assert.Equal(original, copied);
        Assert.Equal(Convert.ToHexString(SHA256.HashData(copied)).ToLowerInvariant(), dump.Digests[name]);
        Assert.Equal([Path.GetFileName(name)], Directory.GetFileSystemEntries(Path.Combine(directory, "data")).Select(Path.GetFileName));

        var content = new BackupContent { Directory = directory, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
        string place;
        await using (var scratch = await fixture.Database.RestoreToScratchAsync(content, new RecordingOperation(), default))
        {
            Assert.Contains("every row read", scratch.Location, StringComparison.Ordinal);
            Assert.Empty(TableComparison.Differences(content.Tables, await scratch.Database.CountRowsAsync(default)));
            place = Path.GetDirectoryName(scratch.Database.Target.Path)!;
        }

        Assert.False(Directory.Exists(place));

        var point = await fixture.Database.CreateRollbackPointAsync("run-1", default);
        await fixture.RunAsync("DELETE FROM person WHERE id > 10");
        Assert.Equal(10, await fixture.PeopleAsync());
        var outcome = await fixture.Database.RestoreAsync(content, "before", new RecordingOperation(), default);
        Assert.Equal(803, await fixture.PeopleAsync());
        Assert.Empty(TableComparison.Differences(content.Tables, outcome.Tables));
        Assert.Equal(script, await fixture.ScriptAsync());
        await fixture.RunAsync("DELETE FROM person WHERE id > 5");
        var replaced = await fixture.Database.RollbackAsync(point, default);
        Assert.Equal(803, await fixture.PeopleAsync());
        Assert.Equal(script, await fixture.ScriptAsync());
        Assert.Null(await fixture.Database.RollbackAsync(point, default));
        Assert.Equal([outcome.Previous.Location, replaced!.Location], (await fixture.Database.ListKeptAsync(default)).Select(kept => kept.Location).Order(StringComparer.Ordinal));
        await fixture.Database.DropAsync(replaced, default);
        await fixture.Database.DropAsync(outcome.Previous, default);
        Assert.Equal(["metabase.db.mv.db"], fixture.Beside());
    }

    [SkippableFact]
    public async Task A_deep_test_tells_content_that_differs_though_the_numbers_of_rows_are_the_same()
    {
        using var fixture = await H2Fixture.MakeAsync("1.4.200");
        var content = await fixture.DumpAsync();
        var operation = new RecordingOperation();
        var before = await fixture.Database.HashContentAsync(content, operation, default);
        Assert.Equal([("OTHER.odd \" näme, 'x'", 2L), ("PUBLIC.PERSON", 803L)], before.Select(hash => (hash.Table, hash.Rows)));
        Assert.Equal(before, await fixture.Database.HashTablesAsync(content, operation, default));
        await fixture.RunAsync("UPDATE person SET note = note || ' ' WHERE id = 700");
        var after = await fixture.Database.HashTablesAsync(content, operation, default);
        Assert.Equal(before[0], after[0]);
        Assert.NotEqual(before[1].Hash, after[1].Hash);
    }

    [SkippableFact]
    public async Task A_rehearsal_gets_a_copy_that_is_written_to_without_the_original()
    {
        using var fixture = await H2Fixture.MakeAsync("2.2.224");
        var content = await fixture.DumpAsync();
        var folder = fixture.Folder("rehearsal");
        await using (var rehearsal = await fixture.Database.RestoreForRehearsalAsync(content, folder, new RecordingOperation(), default))
        {
            Assert.Equal(Path.Combine(folder, "data", "metabase.db.mv.db"), rehearsal.Access.Target.Path);
            Assert.Empty(TableComparison.Differences(content.Tables, await rehearsal.Database.CountRowsAsync(default)));
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [SkippableTheory]
    [InlineData("1.4.200")]
    [InlineData("2.2.224")]
    public async Task A_file_that_is_open_is_not_copied_replaced_or_kept_but_can_be_looked_at(string version)
    {
        using var fixture = await H2Fixture.MakeAsync(version);
        var content = await fixture.DumpAsync();
        using (var holder = await fixture.HoldAsync("INSERT INTO person (id) VALUES (5000); CHECKPOINT SYNC"))
        {
            foreach (var work in new Func<Task>[]
            {
                () => fixture.DumpAsync(name: "second"), () => fixture.Database.RestoreAsync(content, "r", new RecordingOperation(), default), () => fixture.Database.CreateRollbackPointAsync("r", default),
            })
            {
                var failure = await Assert.ThrowsAsync<UpgradeException>(work);
                Assert.Equal("DatabaseInUse", failure.ErrorId);
                Assert.Contains($"process {holder.Id} (java)", failure.Message, StringComparison.Ordinal);
                Assert.Contains("Stop-AppService", failure.Message + failure.Remedy, StringComparison.Ordinal);
            }

            Assert.Equal(804, await fixture.PeopleAsync());
            Assert.True(await fixture.Database.TableExistsAsync("person", default));
            Assert.Equal([$"process {holder.Id} (java)"], (await fixture.Database.InspectAsync(default)).Sessions);
            Assert.Empty(Directory.GetFiles(Path.Combine(fixture.Folder("second")), "*", SearchOption.AllDirectories));
        }

        Assert.DoesNotContain(fixture.Beside(), name => name.Contains(".um-", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Odd_values_arrive_as_they_are_and_a_query_can_change_nothing()
    {
        using var fixture = await H2Fixture.MakeAsync("2.2.224");
        var before = await File.ReadAllBytesAsync(fixture.File);
        var rows = await fixture.Database.QueryAsync("SELECT id, name, note FROM person WHERE id > 1000 ORDER BY id;", default);
        Assert.Equal<IEnumerable<string?>>(["1001", "a \"quoted\", comma;\nline é 😀 \\N", ""], rows[0]);
        Assert.Equal<IEnumerable<string?>>(["1002", "", null], rows[1]);
        Assert.Equal<IEnumerable<string?>>(["1003", null, "x"], rows[2]);
        Assert.Equal("DatabaseQueryFailed", (await Assert.ThrowsAsync<UpgradeException>(() => fixture.Database.QueryAsync("DELETE FROM person", default))).ErrorId);
        Assert.Equal(before, await File.ReadAllBytesAsync(fixture.File));
        Assert.Equal(["metabase.db.mv.db"], fixture.Beside());
    }

    [SkippableTheory]
    [InlineData("1.4.200")]
    [InlineData("2.1.214")]
    public async Task A_change_is_made_in_a_stopped_file_or_not_at_all(string version)
    {
        using var fixture = await H2Fixture.MakeAsync(version);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(fixture.File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        await fixture.Database.ExecuteAsync("DELETE FROM person WHERE id > 5;", default);
        Assert.Equal(5, await fixture.PeopleAsync());
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(fixture.File));
        var before = await File.ReadAllBytesAsync(fixture.File);
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => fixture.Database.ExecuteAsync("DELETE FROM nowhere", default));
        Assert.Equal("DatabaseWriteFailed", failure.ErrorId);
        Assert.Contains("NOWHERE", failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before, await File.ReadAllBytesAsync(fixture.File));
        using (await fixture.HoldAsync("SELECT 1")) Assert.Equal("DatabaseInUse", (await Assert.ThrowsAsync<UpgradeException>(() => fixture.Database.ExecuteAsync("DELETE FROM person", default))).ErrorId);
        Assert.Equal(["metabase.db.mv.db"], fixture.Beside());
        Assert.Equal(5, await fixture.PeopleAsync());
    }

    [SkippableFact]
    public async Task A_log_in_is_used_and_its_password_stands_in_no_argument()
    {
        using var fixture = await H2Fixture.MakeAsync("1.4.200", "sa", "geheim \"1\\x");
        Assert.Equal(803, await fixture.PeopleAsync());
        var without = new Engine.Databases.H2.H2Database(new DatabaseAccess { Target = fixture.Database.Target, JarPath = await H2Jars.OfAsync("1.4.200") });
        Assert.Equal("DatabaseLoginFailed", (await Assert.ThrowsAsync<UpgradeException>(() => without.CountRowsAsync(default))).ErrorId);
    }

    [SkippableFact]
    public async Task Without_Java_or_the_right_H2_it_is_said_plainly_and_a_restore_is_still_done()
    {
        using var fixture = await H2Fixture.MakeAsync("2.2.224");
        var blind = fixture.Open(jar: "/nowhere/app.jar");
        var operation = new RecordingOperation();
        var directory = fixture.Folder("blind");
        var dump = await blind.DumpAsync(directory, H2Fixture.Invariants, BackupOptions.Default, operation, default);
        Assert.Empty(dump.Tables);
        Assert.Contains(operation.Warnings, warning => warning.Contains("not counted", StringComparison.Ordinal) && warning.Contains("UPGRADEMODULE_H2_JAR", StringComparison.Ordinal));
        Assert.All(dump.Invariants, value => Assert.Null(value.Value));
        Assert.Contains("UPGRADEMODULE_H2_JAR", Assert.Single((await blind.InspectAsync(default)).Missing), StringComparison.Ordinal);
        var content = new BackupContent { Directory = directory, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
        var unavailable = await Assert.ThrowsAsync<UpgradeException>(() => blind.RestoreToScratchAsync(content, operation, default));
        Assert.Equal("ScratchUnavailable", unavailable.ErrorId);
        Assert.Contains("UPGRADEMODULE_H2_JAR", unavailable.Message, StringComparison.Ordinal);
        Assert.Contains("-ChecksumOnly", unavailable.Remedy, StringComparison.Ordinal);
        Assert.False((await blind.InspectAsync(default)).CanProve);
        Assert.Equal("ScratchUnavailable", (await Assert.ThrowsAsync<UpgradeException>(() => blind.HashContentAsync(content, operation, default))).ErrorId);
        Assert.Equal("DatabaseToolNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => blind.CountRowsAsync(default))).ErrorId);
        var counted = await fixture.DumpAsync();
        Assert.Equal("ScratchUnavailable", (await Assert.ThrowsAsync<UpgradeException>(() => blind.RestoreToScratchAsync(counted, operation, default))).ErrorId);
        File.Delete(fixture.File);
        await blind.RestoreAsync(counted, "r", operation, default);
        Assert.Equal(803, await fixture.PeopleAsync());

        var old = fixture.Open(jar: await H2Jars.OfAsync("1.4.200"));
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => old.CountRowsAsync(default));
        Assert.Equal("DatabaseQueryFailed", failure.ErrorId);
        Assert.Contains("H2 2.2 and newer", failure.Message + failure.Remedy, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task What_is_written_while_it_is_copied_for_the_way_back_is_copied_anew()
    {
        using var fixture = await H2Fixture.MakeAsync("2.2.224");
        var first = await File.ReadAllBytesAsync(fixture.File);
        await fixture.RunAsync("INSERT INTO person (id) VALUES (5000)");
        var second = await File.ReadAllBytesAsync(fixture.File);
        foreach (var (changes, byTime) in new[] { (1, true), (1, false), (int.MaxValue, true) })
        {
            await File.WriteAllBytesAsync(fixture.File, first);
            var (copies, time) = (0, File.GetLastWriteTimeUtc(fixture.File));
            var rollback = new Engine.Databases.H2.H2Rollback(fixture.File, (from, to) =>
            {
                File.Copy(from, to);
                if (++copies > changes) return;
                File.WriteAllBytes(from, copies % 2 == 0 ? first : second);
                if (!byTime) File.SetLastWriteTimeUtc(from, time);
            });
            if (changes > 1)
            {
                Assert.Equal("DatabaseInUse", (await Assert.ThrowsAsync<UpgradeException>(() => rollback.CreateAsync("r", default))).ErrorId);
                continue;
            }

            var point = await rollback.CreateAsync("r", default);
            Assert.Equal(2, copies);
            Assert.Equal(second, await File.ReadAllBytesAsync(point.Location));
            rollback.Drop(point);
        }

        Assert.Equal(["metabase.db.mv.db"], fixture.Beside());
    }

    [SkippableFact]
    public async Task A_lock_file_and_a_file_that_is_missing_or_none_of_H2s_are_named()
    {
        using var fixture = await H2Fixture.MakeAsync("1.4.200");
        var lockFile = fixture.File.Replace(".mv.db", ".lock.db", StringComparison.Ordinal);
        await File.WriteAllTextAsync(lockFile, "#FileLock");
        Assert.Contains(lockFile, (await Assert.ThrowsAsync<UpgradeException>(() => fixture.DumpAsync())).Message, StringComparison.Ordinal);
        File.Delete(lockFile);
        await File.WriteAllTextAsync(fixture.File + ".text.mv.db", new string('x', 9000));
        Assert.Equal("DatabaseCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => fixture.Open(path: fixture.File + ".text.mv.db").InspectAsync(default))).ErrorId);
        Assert.Equal("DatabaseCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => fixture.DumpAsync(fixture.Open(path: fixture.File + ".text.mv.db"), "text"))).ErrorId);
        Assert.Equal("DatabaseNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => fixture.Open(path: fixture.File + ".none.mv.db").InspectAsync(default))).ErrorId);
    }

    [SkippableFact]
    public async Task A_full_disk_leaves_nothing_and_the_original_untouched()
    {
        using var disk = new SmallDisk(24);
        disk.Require();
        using var fixture = await H2Fixture.MakeAsync("1.4.200");
        var content = await fixture.DumpAsync();
        var live = Path.Combine(disk.Path, "metabase.db.mv.db");
        File.Copy(fixture.File, live);
        disk.Fill();
        var database = fixture.Open(path: live);
        foreach (var work in new Func<Task>[]
        {
            () => fixture.Database.DumpAsync(Directory.CreateDirectory(Path.Combine(disk.Path, "b")).FullName, [], BackupOptions.Default, new RecordingOperation(), default),
            () => database.RestoreAsync(content, "r", new RecordingOperation(), default), () => database.CreateRollbackPointAsync("r", default),
        })
        {
            Assert.Equal("DiskFull", (await Assert.ThrowsAsync<UpgradeException>(work)).ErrorId);
        }

        Assert.Equal(await File.ReadAllBytesAsync(fixture.File), await File.ReadAllBytesAsync(live));
        Assert.Equal(["filler", "metabase.db.mv.db"], Directory.GetFiles(disk.Path, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
