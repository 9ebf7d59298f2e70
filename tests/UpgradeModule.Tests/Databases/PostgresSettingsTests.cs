using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Databases.Managed;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

/// <summary>What a server, a database or a role is set to neither breaks the work nor is lost by it.</summary>
[Collection("Postgres")]
public class PostgresSettingsTests(PostgresFixture postgres)
{
    [SkippableFact]
    public async Task Limits_of_time_that_a_role_has_do_not_end_backups_restores_and_rollback_points()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        var name = access.Target.Name!;
        await PostgresFixture.RunAsync(access, "CREATE TABLE t AS SELECT i, md5(i::text) AS s FROM generate_series(1, 50000) i", "CREATE INDEX ON t (s)");
        await postgres.AdminAsync($"ALTER ROLE {name} SET statement_timeout = '1s'", $"ALTER ROLE {name} SET lock_timeout = '1s'", $"ALTER ROLE {name} SET idle_in_transaction_session_timeout = '1s'", $"ALTER ROLE {name} SET idle_session_timeout = '1s'");
        using var folder = new TempFolder();
        var database = postgres.Open(access);
        var dump = await database.DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.Managed }, new RecordingOperation(), CancellationToken.None);
        var content = new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
        await using (await database.LockAsync("a test", CancellationToken.None))
        {
            await Task.Delay(1500);
            Assert.Equal("1", await postgres.AskAsync($"SELECT count(*) FROM pg_stat_activity WHERE usename = '{name}'"));
            await database.DropAsync(await database.CreateRollbackPointAsync("x", CancellationToken.None), CancellationToken.None);
            Assert.Equal("public.t: 50000", Assert.Single((await database.RestoreAsync(content, "r", new RecordingOperation(), CancellationToken.None)).Tables).ToString());
        }
    }

    [SkippableFact]
    public async Task The_owner_of_the_schema_public_is_the_same_again()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        var name = access.Target.Name!;
        // As a server of 15 or newer has it that was upgraded from an older one.
        await postgres.AdminInAsync(name, "ALTER SCHEMA public OWNER TO postgres", "GRANT ALL ON SCHEMA public TO PUBLIC", "CREATE TABLE t (i int)");
        var before = await new Oracle(postgres).TextAsync(name);
        using var folder = new TempFolder();
        var operation = new RecordingOperation();
        var database = postgres.Open(postgres.Access(name, postgres.Superuser), operation);
        var dump = await database.DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.Managed }, operation, CancellationToken.None);
        await database.RestoreAsync(new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables }, "r", operation, CancellationToken.None);
        Assert.Empty(operation.Warnings);
        Oracle.AssertSame(before, await new Oracle(postgres).TextAsync(name));
    }
}
