using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.MySql;
using UpgradeModule.Engine.Databases.Programs;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Databases.Programs;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.MySql;

/// <summary>What a swap must keep, take along and refuse.</summary>
public class MySqlSwapTests(MariaDbFixture server) : MySqlScene(server)
{
    [SkippableTheory]
    [InlineData("DROP VIEW IF EXISTS `app")]
    [InlineData("DROP DATABASE")]
    public async Task A_restore_that_was_cut_short_is_finished_by_the_next_one(string word)
    {
        Server.Require();
        var (admin, name) = await MakeAsync(TrapDatabase.Full);
        var operation = new RecordingOperation();
        await using var database = MariaDbFixture.Open(admin, operation);
        var before = await Server.TextAsync(name);
        var (content, _) = await BackUpAsync(database);
        await Server.InAsync(name, "INSERT INTO child (id, p) VALUES (77, 7); CREATE TABLE later (id INT); DROP PROCEDURE fill; CREATE VIEW of_later AS SELECT id FROM later;");
        var changed = await Server.TextAsync(name);
        await using (var cut = await CutAsync(admin, word)) await Assert.ThrowsAnyAsync<Exception>(() => cut.RestoreAsync(content, "first", new RecordingOperation(), None).WaitAsync(TimeSpan.FromMinutes(1)));
        var aside = Assert.Single(await Server.DatabasesAsync(name), kept => kept.EndsWith("__um_first", StringComparison.Ordinal));

        // What is half of one state and half of another is not backed up; where only what is kept lacks something, it is.
        if (word.StartsWith("DROP VIEW", StringComparison.Ordinal))
        {
            var refused = await Assert.ThrowsAsync<UpgradeException>(() => BackUpAsync(database));
            Assert.Equal("DatabaseSwapUnfinished", refused.ErrorId);
            Assert.Contains(aside, refused.Message, StringComparison.Ordinal);
        }
        else
        {
            await BackUpAsync(database);
        }

        Assert.Empty(await database.ListKeptAsync(None));
        var point = new ReturnPoint { Kind = "Database", Location = aside, Created = DateTimeOffset.UtcNow, Data = new Dictionary<string, string> { ["label"] = "first" } };
        Assert.Equal("RollbackPointInUse", (await Assert.ThrowsAsync<UpgradeException>(() => database.DropAsync(point, None))).ErrorId);
        var outcome = await database.RestoreAsync(content, "second", operation, None);
        Assert.Equal(before, await Server.TextAsync(name));
        Assert.Equal(before, await AwakeAsync(outcome.Previous.Location));
        Assert.Equal(changed, await AwakeAsync(aside));
        Assert.Contains(operation.Warnings, warning => warning.Contains(aside, StringComparison.Ordinal));
        Assert.Equal(3, (await Server.DatabasesAsync(name)).Count);
        Assert.Equal(2, (await database.ListKeptAsync(None)).Count);
        // All of it comes back, also what can't be moved.
        await database.RollbackAsync(point, None);
        Assert.Equal(changed, await Server.TextAsync(name));
    }

    [SkippableFact]
    public async Task What_a_swap_that_was_cut_short_needs_is_not_cleared_away_by_a_proof()
    {
        Server.Require();
        var (admin, name) = await MakeAsync("CREATE TABLE t (id INT PRIMARY KEY); INSERT INTO t VALUES (1);");
        await using var database = MariaDbFixture.Open(admin);
        var (content, _) = await BackUpAsync(database);
        await using (var cut = await CutAsync(admin, "DROP DATABASE")) await Assert.ThrowsAnyAsync<Exception>(() => cut.RestoreAsync(content, "first", new RecordingOperation(), None).WaitAsync(TimeSpan.FromMinutes(1)));
        // As if the process that made it had been killed.
        var source = Assert.Single(await Server.DatabasesAsync(name + "__um_c_"));
        var mark = source[(name + "__um_c_").Length..].Split('_');
        var dead = $"{name}__um_c_{mark[0]}_{mark[1]}_1_{mark[3]}";
        var unneeded = $"{name}__um_c_{mark[0]}_{mark[1]}_1_00000000";
        await Server.AdminAsync($"CREATE DATABASE {dead}; CREATE DATABASE {unneeded}; UPDATE {name}__um_first.um_kept SET value = '{dead}' WHERE name = 'source'");
        await using (await database.RestoreToScratchAsync(content, new RecordingOperation(), None))
        {
        }

        var left = await Server.DatabasesAsync(name);
        Assert.Contains(dead, left);
        Assert.DoesNotContain(unneeded, left);
    }

    [SkippableTheory]
    [InlineData("DROP TRIGGER IF EXISTS", false)]
    [InlineData("RENAME TABLE", true)]
    public async Task Triggers_are_there_again_where_the_tables_did_not_move(string word, bool atOnce)
    {
        Server.Require();
        var (admin, name) = await MakeAsync(TrapDatabase.Full);
        await using var database = MariaDbFixture.Open(admin);
        var point = await database.CreateRollbackPointAsync("run", None);
        var kept = await AwakeAsync(point.Location);
        await Server.InAsync(name, "CREATE TABLE migrated (id INT); CREATE TRIGGER of_migrated BEFORE INSERT ON migrated FOR EACH ROW SET NEW.id = 1;");
        var before = await Server.TextAsync(name);
        await using (var cut = await CutAsync(admin, word)) await Assert.ThrowsAnyAsync<Exception>(() => cut.RollbackAsync(point, None).WaitAsync(TimeSpan.FromMinutes(1)));
        if (atOnce)
        {
            Assert.Equal(before, await Server.TextAsync(name));
            Assert.Equal(kept, await AwakeAsync(point.Location));
            Assert.Equal(2, (await Server.DatabasesAsync(name)).Count);
        }

        // Whatever is asked for next puts it right first.
        await database.CreateRollbackPointAsync("another", None);
        Assert.Equal(before, await Server.TextAsync(name));
        Assert.Equal(kept, await AwakeAsync(point.Location));
        Assert.Equal(3, (await Server.DatabasesAsync(name)).Count);
    }

    [SkippableFact]
    public async Task Events_run_in_the_live_database_alone()
    {
        Server.Require();
        var (admin, name) = await MakeAsync("CREATE TABLE t (id INT PRIMARY KEY); CREATE EVENT off_before ON SCHEDULE EVERY 1 SECOND DISABLE DO SELECT 1;");
        var log = name + "log";
        await Server.AdminAsync($"CREATE DATABASE {log}; CREATE TABLE {log}.ran (place VARCHAR(64)); SET GLOBAL event_scheduler = ON;");
        try
        {
            await Server.InAsync(name, $"CREATE EVENT tick ON SCHEDULE EVERY 1 SECOND COMMENT 'stays ENABLE DO' DO INSERT INTO {log}.ran VALUES (DATABASE());");
            await using var database = MariaDbFixture.Open(admin);
            var (content, _) = await BackUpAsync(database);
            var before = await Server.TextAsync(name);
            var point = await database.CreateRollbackPointAsync("run", None);
            await using (await database.RestoreToScratchAsync(content, new RecordingOperation(), None)) await Task.Delay(2500);
            Assert.Equal([name], await RanAsync());
            var previous = (await database.RestoreAsync(content, "restored", new RecordingOperation(), None)).Previous;
            await Server.AdminAsync($"DELETE FROM {log}.ran");
            await Task.Delay(2500);
            Assert.Equal([name], await RanAsync());
            Assert.Equal(before, await Server.TextAsync(name));
            await database.RollbackAsync(point, None);
            Assert.Equal(before, await Server.TextAsync(name));
            await database.RollbackAsync(previous, None);
            Assert.Equal(before, await Server.TextAsync(name));
            Assert.Equal([name], await RanAsync());
        }
        finally
        {
            await Server.AdminAsync($"SET GLOBAL event_scheduler = OFF; DROP DATABASE {name};");
        }

        async Task<string[]> RanAsync() => (await Server.AdminAsync($"SELECT DISTINCT place FROM {log}.ran ORDER BY 1")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    [SkippableFact]
    public async Task Rights_on_single_routines_are_given_again()
    {
        Server.Require();
        var (admin, name) = await MakeAsync(TrapDatabase.Full);
        await Server.AdminAsync($"CREATE USER {name}r@'%'; CREATE ROLE {name}role; GRANT EXECUTE ON PROCEDURE {name}.fill TO {name}r@'%' WITH GRANT OPTION; GRANT EXECUTE, ALTER ROUTINE ON FUNCTION {name}.twice TO {name}role;");
        await using var database = MariaDbFixture.Open(admin);
        var (content, _) = await BackUpAsync(database);
        var before = await Server.AdminAsync($"SHOW GRANTS FOR {name}r@'%'; SHOW GRANTS FOR {name}role");
        Assert.Contains("fill", before, StringComparison.Ordinal);
        await database.RestoreAsync(content, "x", new RecordingOperation(), None);
        Assert.Equal(before, await Server.AdminAsync($"SHOW GRANTS FOR {name}r@'%'; SHOW GRANTS FOR {name}role"));
    }

    [SkippableFact]
    public async Task Foreign_keys_of_other_databases_are_refused_by_name()
    {
        Server.Require();
        var (admin, name) = await MakeAsync("CREATE TABLE t (id INT PRIMARY KEY)");
        await using var database = MariaDbFixture.Open(admin);
        var (content, _) = await BackUpAsync(database);
        var point = await database.CreateRollbackPointAsync("x", None);
        var other = "other" + name;
        await Server.AdminAsync($"CREATE DATABASE {other}; CREATE TABLE {other}.child (id INT, CONSTRAINT to_t FOREIGN KEY (id) REFERENCES {name}.t (id))");
        foreach (var work in new Func<Task>[] { () => BackUpAsync(database), () => database.RestoreAsync(content, "y", new RecordingOperation(), None), () => database.RollbackAsync(point, None) })
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(work);
            Assert.Equal("BackupNotCovered", failure.ErrorId);
            Assert.Contains($"to_t of {other}.child", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal(2, (await Server.DatabasesAsync(name)).Count);
        await Server.AdminAsync($"DROP DATABASE {other}");
        await database.RollbackAsync(point, None);
    }

    private async Task<(DatabaseAccess Admin, string Name)> MakeAsync(string script)
    {
        var access = await Server.CreateAsync(script: script);
        return (Server.Access(access.Target.Name!, access.Credential!, Server.Superuser), access.Target.Name!);
    }

    // Its sessions break where a word comes by.
    private static async Task<MySqlDatabase> CutAsync(DatabaseAccess admin, string word)
    {
        var programs = new Dictionary<string, string>();
        foreach (var program in new[] { "mariadb", "mariadb-dump" }) programs[program] = (await new LocalPrograms().FindAsync(program, None))[0];
        var places = new ProgramPlaces(admin, MySqlLogIn.UsualPort, NullOperationContext.Instance) { Local = new StandInPlace(programs) { CutAt = word } };
        return new MySqlDatabase(admin, NullOperationContext.Instance, new MySqlServer(admin, places));
    }
}
