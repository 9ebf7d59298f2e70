using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.MySql;

/// <summary>Questions, answers, facts, locks and refusals.</summary>
public class MySqlSessionTests(MariaDbFixture server) : MySqlScene(server)
{
    [SkippableFact]
    public async Task Answers_come_as_they_are()
    {
        Server.Require();
        var access = await Server.CreateAsync(script: "CREATE TABLE Things (id INT, v TEXT); INSERT INTO Things VALUES (1, NULL), (2, 'NULL'), (3, 'a\\n\\t<b> & \"c\" \\\\ ü 😀 </field></row></resultset>'), (4, '');");
        await using var database = MariaDbFixture.Open(access);
        var rows = await database.QueryAsync("SELECT id, v FROM Things ORDER BY id; -- the end", None);
        Assert.Equal([["1", null], ["2", "NULL"], ["3", "a\n\t<b> & \"c\" \\ ü 😀 </field></row></resultset>"], ["4", ""]], rows);
        Assert.Empty(await database.QueryAsync("SELECT id FROM Things WHERE id > 100", None));
        Assert.Equal([["\\! id", "x;y"]], await database.QueryAsync("SELECT '\\\\! id', 'x;y'", None));
        foreach (var wrong in new[] { "SELECT 'open", "SELECT 1; SELECT 2", "INSERT INTO Things VALUES (9, 'x')", "\\! touch /tmp/um", "SELEC", "" })
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => database.QueryAsync(wrong, None).WaitAsync(TimeSpan.FromSeconds(60)));
            Assert.Equal("DatabaseQueryFailed", failure.ErrorId);
        }

        Assert.True(await database.TableExistsAsync("THINGS", None));
        Assert.True(await database.TableExistsAsync(access.Target.Name + ".things", None));
        Assert.False(await database.TableExistsAsync("thing_", None));
        var values = await database.ReadInvariantsAsync([new InvariantSpec { Name = "a", Sql = "SELECT COUNT(*) FROM Things" }, new InvariantSpec { Name = "b", Sql = "SELECT 'x" }, new InvariantSpec { Name = "c", Sql = "SELECT MAX(id) FROM Things" }], None);
        Assert.Equal([4L, null, 4L], values.Select(value => value.Value));
    }

    [SkippableFact]
    public async Task Facts_are_told_and_missing_rights_are_named()
    {
        Server.Require();
        var access = await Server.CreateAsync(script: "CREATE TABLE t (id INT PRIMARY KEY)");
        await using (var database = MariaDbFixture.Open(access))
        {
            var facts = await database.InspectAsync(None);
            Assert.True(facts is { Exists: true, CanCreateDatabase: true, CanProve: true, Missing: [] }, string.Join(" ", facts.Missing));
            Assert.Contains("MariaDB", facts.EngineVersion, StringComparison.Ordinal);
            Assert.True(facts.Size > 0);
        }

        var narrow = await Server.CreateAsync("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, SHOW VIEW, EVENT, EXECUTE ON APP.* TO APP@'%'", "CREATE TABLE t (id INT PRIMARY KEY)");
        await using (var database = MariaDbFixture.Open(narrow))
        {
            var facts = await database.InspectAsync(None);
            Assert.False(facts.CanCreateDatabase || facts.CanProve);
            Assert.Contains(facts.Missing, line => line.Contains("TRIGGER", StringComparison.Ordinal));
            Assert.Contains(facts.Missing, line => line.Contains("-MaintenanceUser", StringComparison.Ordinal));
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => BackUpAsync(database));
            Assert.Equal("PermissionMissing", failure.ErrorId);
            Assert.Contains($"GRANT TRIGGER ON `{narrow.Target.Name}`.*", failure.Remedy, StringComparison.Ordinal);
        }

        await Server.AdminAsync($"GRANT TRIGGER ON {narrow.Target.Name}.* TO {narrow.Target.Name}@'%'");
        await using (var database = MariaDbFixture.Open(narrow))
        {
            var (content, result) = await BackUpAsync(database, null, [new InvariantSpec { Name = "all", Sql = "SELECT COUNT(*) FROM t" }]);
            Assert.StartsWith("dump of one transaction, rows counted in it", result.Tools["consistency"], StringComparison.Ordinal);
            Assert.Equal(0, result.Invariants[0].Value);
            foreach (var work in new Func<Task>[] { () => database.RestoreToScratchAsync(content, new RecordingOperation(), None), () => database.RestoreAsync(content, "x", new RecordingOperation(), None), () => database.CreateRollbackPointAsync("x", None) })
            {
                var failure = await Assert.ThrowsAsync<UpgradeException>(work);
                Assert.Contains(failure.ErrorId, new[] { "ScratchUnavailable", "PermissionMissing" });
                Assert.Contains("-MaintenanceUser", failure.Remedy, StringComparison.Ordinal);
            }
        }

        Assert.Single(await Server.DatabasesAsync(narrow.Target.Name!));
    }

    [SkippableFact]
    public async Task Rights_on_single_tables_are_not_enough_and_those_of_an_active_role_are()
    {
        Server.Require();
        var access = await Server.CreateAsync("CREATE TABLE APP.users (id INT); CREATE TABLE APP.secrets (id INT); CREATE PROCEDURE APP.p() SELECT 1; GRANT SELECT ON APP.users TO APP@'%'; GRANT EXECUTE ON PROCEDURE APP.p TO APP@'%'");
        var name = access.Target.Name!;
        await using var database = MariaDbFixture.Open(access);
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => BackUpAsync(database));
        Assert.Equal("PermissionMissing", failure.ErrorId);
        Assert.Contains("SELECT, SHOW VIEW, TRIGGER, EVENT", failure.Message, StringComparison.Ordinal);
        await Server.AdminAsync($"DROP PROCEDURE {name}.p; CREATE ROLE {name}r; GRANT ALL ON {name}.* TO {name}r; GRANT {name}r TO {name}@'%'");
        Assert.Equal("PermissionMissing", (await Assert.ThrowsAsync<UpgradeException>(() => BackUpAsync(database))).ErrorId);
        await Server.AdminAsync($"SET DEFAULT ROLE {name}r FOR {name}@'%'");
        Assert.Equal(["secrets", "users"], (await BackUpAsync(database)).Result.Tables.Select(table => table.Table));
    }

    [SkippableFact]
    public async Task A_connection_without_tls_is_refused_where_it_is_required()
    {
        Server.Require();
        var access = await Server.CreateAsync(script: "CREATE TABLE t (id INT PRIMARY KEY)");
        await using var database = MariaDbFixture.Open(new DatabaseAccess { Target = access.Target with { SslMode = "require" }, Credential = access.Credential });
        foreach (var work in new Func<Task>[] { () => database.InspectAsync(None), () => BackUpAsync(database) })
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(work);
            Assert.Equal("DatabaseUnreachable", failure.ErrorId);
        }

        await using var preferred = MariaDbFixture.Open(new DatabaseAccess { Target = access.Target with { SslMode = "prefer" }, Credential = access.Credential });
        Assert.True((await preferred.InspectAsync(None)).Exists);
    }

    [SkippableFact]
    public async Task A_user_that_sees_no_sessions_of_the_application_is_told_so_by_name()
    {
        Server.Require();
        var access = await Server.CreateAsync(script: "CREATE TABLE t (id INT PRIMARY KEY)");
        var name = access.Target.Name!;
        await Server.AdminAsync($"CREATE USER {name}m@'%' IDENTIFIED BY 'm'; GRANT ALL ON `{name}%`.* TO {name}m@'%'");
        await using var database = MariaDbFixture.Open(Server.Access(name, access.Credential!, new DatabaseCredential(name + "m", "m")));
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => database.CreateRollbackPointAsync("x", None));
        Assert.Equal(("PermissionMissing", $"GRANT PROCESS ON *.* to '{name}m'."), (failure.ErrorId, failure.Remedy));
        Assert.Contains((await database.InspectAsync(None)).Missing, line => line.Contains("PROCESS", StringComparison.Ordinal));
        await Server.AdminAsync($"GRANT PROCESS ON *.* TO {name}m@'%'");
        Assert.Empty((await database.InspectAsync(None)).Missing);
        await database.CreateRollbackPointAsync("x", None);
    }

    [SkippableFact]
    public async Task What_a_dump_would_not_keep_is_refused_by_name()
    {
        Server.Require();
        foreach (var (script, word) in new[]
        {
            ("CREATE TABLE good (id INT); CREATE TABLE plain (id INT) ENGINE=MyISAM", "plain (MyISAM)"),
            ("CREATE TABLE past (id INT) WITH SYSTEM VERSIONING", "past"),
            ("CREATE TABLE t (id INT); CREATE VIEW both_of AS SELECT t.id, u.User FROM t JOIN mysql.user u", "both_of"),
        })
        {
            var access = await Server.CreateAsync(script: script);
            await using var database = MariaDbFixture.Open(Server.Access(access.Target.Name!, access.Credential!, Server.Superuser));
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => BackUpAsync(database));
            Assert.Equal("BackupNotCovered", failure.ErrorId);
            Assert.Contains(word, failure.Message, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task Wrong_passwords_missing_databases_and_dead_servers_are_told_apart()
    {
        Server.Require();
        var access = await Server.CreateAsync();
        Assert.Equal("DatabaseLoginFailed", await FailAsync(Server.Access(access.Target.Name!, new DatabaseCredential(access.Target.Name!, "planted-s3cret"))));
        Assert.Equal("DatabaseNotFound", await FailAsync(Server.Access("nowhere", Server.Superuser)));
        var dead = access.Target with { Port = SampleApps.FreePort() };
        Assert.Equal("DatabaseUnreachable", await FailAsync(new DatabaseAccess { Target = dead, Credential = access.Credential }));

        static async Task<string> FailAsync(DatabaseAccess access)
        {
            await using var database = MariaDbFixture.Open(access);
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => database.InspectAsync(None));
            Assert.DoesNotContain("planted", failure.ToString(), StringComparison.Ordinal);
            return failure.ErrorId;
        }
    }

    [SkippableFact]
    public async Task One_lock_holds_others_off_until_it_is_given_back()
    {
        Server.Require();
        var access = await Server.CreateAsync();
        await using var one = MariaDbFixture.Open(access);
        await using var two = MariaDbFixture.Open(access);
        await using (await one.LockAsync("upgrade", None))
        {
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => two.LockAsync("backup", None));
            Assert.Equal("DeploymentLocked", failure.ErrorId);
            Assert.Contains("session", failure.Message, StringComparison.Ordinal);
            Assert.Empty((await two.InspectAsync(None)).Sessions);
        }

        await using (await two.LockAsync("backup", None))
        {
        }
    }
}
