using System.Globalization;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.MySql;
using UpgradeModule.Engine.Databases.Programs;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Databases.Programs;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.MySql;

/// <summary>What breaks in the middle, and what is missing.</summary>
public class MySqlFaultTests(MariaDbFixture server) : MySqlScene(server)
{
    private const string Big = "CREATE TABLE big (id INT PRIMARY KEY, v TEXT); INSERT INTO big SELECT seq, CONCAT(MD5(RAND()), MD5(RAND()), MD5(RAND()), MD5(RAND()), MD5(RAND()), MD5(RAND()), MD5(RAND()), MD5(RAND()), MD5(RAND()), MD5(RAND())) FROM seq_1_to_60000;";

    [SkippableTheory]
    [InlineData("DROP TRIGGER")]
    [InlineData("RENAME TABLE")]
    [InlineData("DROP VIEW IF EXISTS `app")]
    [InlineData("ALTER DATABASE `app")]
    [InlineData("CREATE DEFINER")]
    [InlineData("DROP DATABASE")]
    public async Task A_way_back_that_was_cut_short_is_finished_by_the_next_try(string word)
    {
        Server.Require();
        var access = await Server.CreateAsync(script: TrapDatabase.Full);
        var name = access.Target.Name!;
        var admin = Server.Access(name, access.Credential!, Server.Superuser);
        await using var database = MariaDbFixture.Open(admin);
        var before = await Server.TextAsync(name);
        var point = await database.CreateRollbackPointAsync("run", None);
        await Server.InAsync(name, "INSERT INTO child (id, p) VALUES (77, 7); CREATE TABLE migrated (id INT); DROP PROCEDURE fill;");
        var programs = new Dictionary<string, string>();
        foreach (var program in new[] { "mariadb", "mariadb-dump" }) programs[program] = (await new LocalPrograms().FindAsync(program, None))[0];
        var places = new ProgramPlaces(admin, MySqlLogIn.UsualPort, NullOperationContext.Instance) { Local = new StandInPlace(programs) { CutAt = word } };
        await using (var cut = new MySqlDatabase(admin, NullOperationContext.Instance, new MySqlServer(admin, places)))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => cut.RollbackAsync(point, None).WaitAsync(TimeSpan.FromMinutes(1)));
        }

        var replaced = await database.RollbackAsync(point, None);
        Assert.Equal(before, await Server.TextAsync(name));
        Assert.Contains("migrated", await Server.InAsync(replaced!.Location, "SHOW TABLES"), StringComparison.Ordinal);
        Assert.Equal("3", (await Server.InAsync(replaced.Location, "SELECT COUNT(*) FROM child")).Trim());
        Assert.Equal(2, (await Server.DatabasesAsync(name)).Count);
    }

    [SkippableFact]
    public async Task Views_that_a_failed_migration_broke_are_not_in_the_way_back()
    {
        Server.Require();
        var access = await Server.CreateAsync(script: TrapDatabase.Full);
        var name = access.Target.Name!;
        var operation = new RecordingOperation();
        await using var database = MariaDbFixture.Open(Server.Access(name, access.Credential!, Server.Superuser), operation);
        var before = await Server.TextAsync(name);
        var point = await database.CreateRollbackPointAsync("run", None);
        await Server.InAsync(name, "DROP TABLE child;");
        Assert.NotNull(await database.RollbackAsync(point, None));
        Assert.Equal(before, await Server.TextAsync(name));
        Assert.Contains(operation.Warnings, warning => warning.Contains("not all triggers, views", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_backup_whose_connection_is_killed_fails_and_one_that_is_cancelled_leaves_no_session()
    {
        Server.Require();
        var access = await Server.CreateAsync(script: Big);
        await using var database = MariaDbFixture.Open(access);
        var backup = BackUpAsync(database);
        while (!backup.IsCompleted)
        {
            var running = await Server.AdminAsync($"SELECT ID FROM information_schema.PROCESSLIST WHERE DB = '{access.Target.Name}' AND INFO LIKE 'SELECT%SQL_NO_CACHE%'");
            if (running.Trim() is not { Length: > 0 } id) continue;
            await Server.AdminAsync($"KILL {id}");
            break;
        }

        Skip.If(backup.IsCompletedSuccessfully, "The backup was quicker than the kill.");
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => backup);
        Assert.Contains(failure.ErrorId, new[] { "BackupFailed", "DatabaseUnreachable" });
        using var cancel = new CancellationTokenSource();
        var folder = Folder.File("cancelled");
        Directory.CreateDirectory(folder);
        var cancelled = database.DumpAsync(folder, [], BackupOptions.Default, new RecordingOperation(), cancel.Token);
        cancel.CancelAfter(400);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        for (var tries = 0; (await Server.AdminAsync($"SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = '{access.Target.Name}'")).Trim() != "0"; await Task.Delay(200)) Assert.True(tries++ < 50, "A session is left.");
        var (content, _) = await BackUpAsync(database);
        using var stop = new CancellationTokenSource(500);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await using var scratch = await database.RestoreToScratchAsync(content, new RecordingOperation(), stop.Token);
            stop.Token.ThrowIfCancellationRequested();
        });
        Assert.Single(await Server.DatabasesAsync(access.Target.Name!));
    }

    [SkippableFact]
    public async Task A_full_disk_is_told_as_one()
    {
        Server.Require();
        using var disk = new SmallDisk(3);
        disk.Require();
        var access = await Server.CreateAsync(script: Big);
        await using var database = MariaDbFixture.Open(access);
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => database.DumpAsync(disk.Path, [], BackupOptions.Default, new RecordingOperation(), None).WaitAsync(TimeSpan.FromMinutes(2)));
        Assert.True(DiskSpace.IsFull(failure), failure.ToString());
    }

    [SkippableFact]
    public async Task What_a_writer_keeps_true_in_each_transaction_is_true_in_a_backup()
    {
        Server.Require();
        var access = await Server.CreateAsync(script: "CREATE TABLE account (id INT PRIMARY KEY, v INT NOT NULL); INSERT INTO account VALUES (1, 0), (2, 0); CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, filler VARCHAR(500)); " + Big);
        var name = access.Target.Name!;
        await using var database = MariaDbFixture.Open(Server.Access(name, access.Credential!, Server.Superuser));
        const string Step = "START TRANSACTION; UPDATE account SET v = v - 1 WHERE id = 1; INSERT INTO log (filler) VALUES (REPEAT('x', 400)); UPDATE account SET v = v + 1 WHERE id = 2; COMMIT;\n";
        var writer = Server.InAsync(name, string.Concat(Enumerable.Repeat(Step, 6000)));
        while (long.Parse((await Server.InAsync(name, "SELECT COUNT(*) FROM log")).Trim(), CultureInfo.InvariantCulture) < 20) await Task.Delay(20);
        var (content, result) = await BackUpAsync(database, null, [new() { Name = "sum", Sql = "SELECT SUM(v) FROM account" }, new() { Name = "log", Sql = "SELECT COUNT(*) FROM log" }]);
        var still = !writer.IsCompleted;
        await using (var scratch = await database.RestoreToScratchAsync(content, new RecordingOperation(), None))
        {
            var row = Assert.Single(await scratch.Database.QueryAsync("SELECT (SELECT SUM(v) FROM account), (SELECT v FROM account WHERE id = 2), (SELECT COUNT(*) FROM log)", None));
            Assert.Equal("0", row[0]);
            Assert.Equal(row[1], row[2]);
            Assert.Equal([0L, long.Parse(row[2]!, CultureInfo.InvariantCulture)], result.Invariants.Select(value => value.Value!.Value));
            Assert.Equal(result.Tables, await scratch.Database.CountRowsAsync(None));
        }

        await writer;
        Skip.IfNot(still, "The writer had ended before the backup had.");
    }

    [SkippableFact]
    public async Task Missing_and_unfitting_programs_are_named_with_what_to_do()
    {
        Server.Require();
        var access = await Server.CreateAsync(script: "CREATE TABLE t (id INT PRIMARY KEY)");
        var client = (await new LocalPrograms().FindAsync("mariadb", None))[0];
        var old = Folder.File("old");
        var other = Folder.File("other");
        foreach (var (file, version) in new[] { (old, "mysqldump  Ver 10.13 Distrib 5.5.60-MariaDB, for Linux (x86_64)"), (other, "mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)") })
        {
            await File.WriteAllTextAsync(file, $"#!/bin/sh\necho '{version}'\n");
            File.SetUnixFileMode(file, (UnixFileMode)0x1ED);
        }

        foreach (var (programs, id, words) in new[]
        {
            (new Dictionary<string, string>(), "DatabaseToolNotFound", "there is none"),
            (new Dictionary<string, string> { ["mariadb"] = client }, "BackupToolNotFound", "there is none"),
            (new Dictionary<string, string> { ["mariadb"] = client, ["mysqldump"] = old }, "BackupToolNotFound", "MariaDB 5.5"),
            (new Dictionary<string, string> { ["mariadb"] = client, ["mysqldump"] = other }, "BackupToolNotFound", "MySQL 8.0"),
        })
        {
            var places = new ProgramPlaces(access, MySqlLogIn.UsualPort, NullOperationContext.Instance) { Local = new StandInPlace(programs) };
            await using var database = new MySqlDatabase(access, NullOperationContext.Instance, new MySqlServer(access, places));
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => BackUpAsync(database));
            Assert.Equal(id, failure.ErrorId);
            Assert.Contains(words, failure.Message, StringComparison.Ordinal);
            Assert.Contains("-DatabaseContainer", failure.Remedy, StringComparison.Ordinal);
            if (programs.Count > 0) Assert.Contains((await database.InspectAsync(None)).Missing, line => line.Contains("mariadb-dump", StringComparison.Ordinal));
        }
    }
}
