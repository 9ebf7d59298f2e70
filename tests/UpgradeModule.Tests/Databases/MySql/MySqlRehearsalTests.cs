using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.MySql;

/// <summary>Backups that are restored for clones: onto a server of their own.</summary>
public class MySqlRehearsalTests(MariaDbFixture server) : MySqlScene(server)
{
    [SkippableFact]
    public async Task A_copy_for_a_clone_has_every_row_on_a_server_of_its_own_and_leaves_nothing()
    {
        Server.Require();
        var access = await Server.CreateAsync(script: TrapDatabase.Full);
        await using var database = MariaDbFixture.Open(Server.Access(access.Target.Name!, access.Credential!, Server.Superuser));
        var (content, result) = await BackUpAsync(database);
        string place;
        await using (var copy = await database.RestoreForRehearsalAsync(content, Folder.Path, new RecordingOperation(), None))
        {
            Assert.NotEqual(Server.Port, copy.Access.Target.Port);
            Assert.Equal((access.Target.Name, access.Target.User), (copy.Access.Target.Name, copy.Access.Credential!.UserName));
            Assert.NotEqual(access.Credential!.Reveal(), copy.Access.Credential!.Reveal());
            Assert.Equal(result.Tables.OrderBy(table => table.Table), (await copy.Database.CountRowsAsync(None)).OrderBy(table => table.Table));
            place = Assert.Single(Folders());

            // The application's own log-in works there as on its own server: its tables, copies beside, and nobody else's databases.
            await using var clone = MariaDbFixture.Open(new DatabaseAccess { Target = copy.Access.Target, Credential = copy.Access.Credential });
            await clone.ExecuteAsync("CREATE TABLE of_the_clone (id INT PRIMARY KEY)", None);
            Assert.True(await clone.TableExistsAsync("of_the_clone", None));
            var point = await copy.Database.CreateRollbackPointAsync("rehearsal", None);
            await copy.Database.DropAsync(point, None);
            Assert.DoesNotContain(await clone.QueryAsync("SHOW DATABASES", None), row => row[0] == "mysql");
        }

        Assert.False(Directory.Exists(place));
        Assert.False(await database.TableExistsAsync("of_the_clone", None));
    }

    [SkippableFact]
    public async Task A_backup_that_is_cut_short_is_told_and_leaves_no_server()
    {
        Server.Require();
        var access = await Server.CreateAsync(script: "CREATE TABLE t (id INT PRIMARY KEY, v TEXT); INSERT INTO t VALUES (1, 'a'), (2, 'b');");
        await using var database = MariaDbFixture.Open(access);
        var (content, _) = await BackUpAsync(database);
        var file = Path.Combine(content.Directory, content.Files[0]);
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(file, bytes[..(bytes.Length / 2)]);

        Assert.Equal("BackupCorrupt", (await Assert.ThrowsAsync<UpgradeException>(() => database.RestoreForRehearsalAsync(content, Folder.Path, new RecordingOperation(), None))).ErrorId);

        Assert.Empty(Folders());
    }

    // Those of this process that hold a server of MariaDB.
    private static List<string> Folders() => [.. Directory.EnumerateDirectories(Path.GetTempPath(), "um-server-*").Where(folder => folder.Contains($"_{Environment.ProcessId}_", StringComparison.Ordinal) && Directory.Exists(Path.Combine(folder, "data", "mysql")))];
}
