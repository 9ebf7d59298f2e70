using Npgsql;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

[Collection("Postgres")]
public class PostgresWayBackTests(PostgresFixture postgres)
{
    [SkippableFact]
    public async Task Going_back_brings_the_kept_rows_and_keeps_what_was_replaced()
    {
        postgres.Require();
        var access = await CreateAsync();
        var database = postgres.Open(access);
        var point = await database.CreateRollbackPointAsync("run-1", CancellationToken.None);
        var again = await database.CreateRollbackPointAsync("run-1", CancellationToken.None);
        Assert.Equal((point.Location, point.Created), (again.Location, again.Created));
        Assert.Equal("Database", point.Kind);
        Assert.True(point.Size > 0);
        await PostgresFixture.RunAsync(access, "DELETE FROM t", "CREATE TABLE newer (i int)");
        var displaced = await database.RollbackAsync(point, CancellationToken.None);
        Assert.Equal(3, await RowsAsync(access));
        Assert.False(await database.TableExistsAsync("newer", CancellationToken.None));
        // The first answer may have been lost: what was replaced is told again.
        Assert.Equal(displaced!.Location, (await database.RollbackAsync(point, CancellationToken.None))?.Location);
        Assert.Equal(3, await RowsAsync(access));

        await database.RollbackAsync(displaced!, CancellationToken.None);
        Assert.Equal(0, await RowsAsync(access));
        Assert.Null(await database.RollbackAsync(point, CancellationToken.None));
    }

    [SkippableTheory]
    [InlineData("Odd \"näme\"; 'x' {0}")]
    [InlineData("{0}_a_name_that_is_as_long_as_a_name_may_be_in_postgresql_0123456789")]
    public async Task Odd_and_long_names_are_kept_and_gone_back_to(string pattern)
    {
        postgres.Require();
        var unique = Guid.NewGuid().ToString("N")[..6];
        var name = pattern.Replace("{0}", unique, StringComparison.Ordinal);
        var access = await CreateAsync(name: name[..Math.Min(name.Length, 63)]);
        var database = postgres.Open(access);
        var point = await database.CreateRollbackPointAsync("20261121-101010-0.50.36-abcdef", CancellationToken.None);
        var other = await database.CreateRollbackPointAsync("20261121-101010-0.51.14-abcdef", CancellationToken.None);
        Assert.NotEqual(point.Location, other.Location);
        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(point.Location), 1, 63);
        await PostgresFixture.RunAsync(access, "DELETE FROM t");
        var displaced = await database.RollbackAsync(point, CancellationToken.None);
        Assert.Equal(3, await RowsAsync(access));
        foreach (var kept in new[] { other, displaced! })
        {
            await database.DropAsync(kept, CancellationToken.None);
            await database.DropAsync(kept, CancellationToken.None);
            Assert.Equal("0", await postgres.AskAsync($"SELECT count(*) FROM pg_database WHERE datname = {SqlText.Value(kept.Location)}"));
        }
    }

    [SkippableFact]
    public async Task Owner_grants_comment_limit_and_settings_stay_with_the_name()
    {
        postgres.Require();
        var access = await CreateAsync();
        var name = access.Target.Name!;
        await GiveAsync(access);
        var before = await PropertiesAsync(name);
        var database = postgres.Open(postgres.Access(name, access.Credential!, postgres.Superuser));
        var point = await database.CreateRollbackPointAsync("one", CancellationToken.None);
        await database.RollbackAsync(point, CancellationToken.None);
        Assert.Equal(before, await PropertiesAsync(name));
        Assert.Contains("It's the app's", before, StringComparison.Ordinal);
        Assert.Contains("reader_of_", before, StringComparison.Ordinal);
        Assert.Contains("Odd, path", before, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Others_who_are_connected_are_named_and_nothing_happens()
    {
        postgres.Require();
        var access = await CreateAsync();
        var database = postgres.Open(access);
        await database.CreateRollbackPointAsync("one", CancellationToken.None);
        await using var application = new NpgsqlConnection(PostgresFixture.ConnectionString(access));
        await application.OpenAsync();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => database.CreateRollbackPointAsync("two", CancellationToken.None));
        Assert.Equal("DatabaseInUse", failure.ErrorId);
        Assert.Contains("(some app)", failure.Message, StringComparison.Ordinal);
        Assert.Equal("1", await postgres.AskAsync($"SELECT count(*) FROM pg_database WHERE datname LIKE '{access.Target.Name}\\_\\_um\\_%'"));
    }

    [SkippableFact]
    public async Task A_missing_right_is_named_before_anything_is_made()
    {
        postgres.Require();
        var access = await CreateAsync("");
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => postgres.Open(access).CreateRollbackPointAsync("one", CancellationToken.None));
        Assert.Equal("PermissionMissing", failure.ErrorId);
        Assert.Contains($"ALTER ROLE \"{access.Target.User}\" CREATEDB", failure.Message, StringComparison.Ordinal);

        // One who may create databases but isn't the owner can't copy or rename it either; a member of the owner can.
        var stranger = await postgres.CreateAsync();
        var helped = postgres.Open(postgres.Access(access.Target.Name!, access.Credential!, stranger.Credential));
        failure = await Assert.ThrowsAsync<UpgradeException>(() => helped.CreateRollbackPointAsync("one", CancellationToken.None));
        Assert.Equal("PermissionMissing", failure.ErrorId);
        Assert.Contains($"GRANT \"{access.Target.User}\" TO \"{stranger.Target.User}\"", failure.Message, StringComparison.Ordinal);
        await postgres.AdminAsync($"GRANT \"{access.Target.User}\" TO \"{stranger.Target.User}\"");
        var point = await helped.CreateRollbackPointAsync("one", CancellationToken.None);
        await PostgresFixture.RunAsync(access, "DELETE FROM t");
        Assert.NotNull(await helped.RollbackAsync(point, CancellationToken.None));
        Assert.Equal(3, await RowsAsync(access));
        Assert.Equal(access.Target.User, await postgres.AskAsync($"SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '{access.Target.Name}'"));
    }

    [SkippableFact]
    public async Task A_way_back_that_stopped_between_two_renames_is_finished_by_the_next_try()
    {
        postgres.Require();
        var access = await CreateAsync();
        var name = access.Target.Name!;
        await GiveAsync(access);
        var before = await PropertiesAsync(name);
        var database = postgres.Open(postgres.Access(name, access.Credential!, postgres.Superuser));
        var point = await database.CreateRollbackPointAsync("one", CancellationToken.None);
        await PostgresFixture.RunAsync(access, "DELETE FROM t");
        await postgres.AdminAsync($"ALTER DATABASE \"{name}\" RENAME TO {SqlText.Name(PostgresSwap.KeptNameOf(name, "one-after"))}");
        Assert.Null(await database.RollbackAsync(point, CancellationToken.None));
        Assert.Equal(3, await RowsAsync(access));
        Assert.Equal(before, await PropertiesAsync(name));
    }

    [SkippableFact]
    public async Task A_swap_whose_second_rename_fails_changes_nothing()
    {
        postgres.Require();
        var access = await CreateAsync();
        var server = new PostgresServer(access);
        var (connection, _) = await server.OpenAdminAsync(CancellationToken.None);
        await using (connection)
        {
            await Assert.ThrowsAsync<PostgresException>(() => PostgresSwap.RunAsync(connection, "no such database", server.Name, server.Name + "__um_kept", server.Wait, CancellationToken.None));
        }

        Assert.Equal(3, await RowsAsync(access));
        Assert.Equal("0", await postgres.AskAsync($"SELECT count(*) FROM pg_database WHERE datname = '{server.Name}__um_kept'"));
    }

    [SkippableFact]
    public async Task The_live_database_and_strangers_are_never_dropped()
    {
        postgres.Require();
        var access = await CreateAsync();
        var database = postgres.Open(access);
        var point = await database.CreateRollbackPointAsync("one", CancellationToken.None);
        Assert.Equal("RollbackPointInUse", (await Assert.ThrowsAsync<UpgradeException>(() => database.DropAsync(point with { Location = access.Target.Name! }, CancellationToken.None))).ErrorId);
        Assert.Equal("RollbackFailed", (await Assert.ThrowsAsync<UpgradeException>(() => database.DropAsync(point with { Location = "postgres" }, CancellationToken.None))).ErrorId);
        Assert.Equal(3, await RowsAsync(access));
    }

    [SkippableFact]
    public async Task The_lock_is_seen_by_others_outlives_a_swap_and_ends_with_its_holder()
    {
        postgres.Require();
        var access = await CreateAsync();
        var database = postgres.Open(access);
        var held = await database.LockAsync("upgrade", CancellationToken.None);
        var point = await database.CreateRollbackPointAsync("one", CancellationToken.None);
        await database.RollbackAsync(point, CancellationToken.None);
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => postgres.Open(access).LockAsync("backup", CancellationToken.None));
        Assert.Equal("DeploymentLocked", failure.ErrorId);
        Assert.Contains($"UpgradeModule upgrade by {Environment.UserName}@", failure.Message, StringComparison.Ordinal);
        Assert.Matches("since [0-9-]+ [0-9:]+ UTC", failure.Message);
        await held.DisposeAsync();
        await PostgresDumpTests.UntilAsync(async () => await Record.ExceptionAsync(async () => await (await database.LockAsync("backup", CancellationToken.None)).DisposeAsync()) is null);
    }

    internal static async Task<long> RowsAsync(PostgresFixture postgres, DatabaseAccess access) => (await postgres.Open(access).CountRowsAsync(CancellationToken.None)).Single(table => table.Table == "public.t").Rows;

    internal static async Task GiveAsync(PostgresFixture postgres, DatabaseAccess access)
    {
        var name = SqlText.Name(access.Target.Name!);
        var reader = SqlText.Name("reader_of_" + access.Target.Name);
        await postgres.AdminAsync(
            $"CREATE ROLE {reader}",
            $"COMMENT ON DATABASE {name} IS 'It''s the app''s \\'",
            $"ALTER DATABASE {name} CONNECTION LIMIT 17",
            $"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC",
            $"GRANT CONNECT ON DATABASE {name} TO {reader} WITH GRANT OPTION",
            $"ALTER DATABASE {name} SET search_path = public, \"Odd, path\"",
            $"ALTER DATABASE {name} SET work_mem = '5MB'",
            $"ALTER DATABASE {name} SET app.custom = 'it''s'",
            $"ALTER ROLE {reader} IN DATABASE {name} SET default_transaction_read_only = on");
    }

    internal static Task<string?> PropertiesAsync(PostgresFixture postgres, string name) => postgres.AskAsync($"""
        SELECT concat_ws(E'\n', pg_get_userbyid(d.datdba), pg_encoding_to_char(encoding), datcollate, datctype, datconnlimit, (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(datacl) a), shobj_description(d.oid, 'pg_database'),
          (SELECT string_agg(setrole::regrole::text || setconfig::text, ' ' ORDER BY setrole) FROM pg_db_role_setting WHERE setdatabase = d.oid))
        FROM pg_database d WHERE datname = {SqlText.Value(name)}
        """);

    private Task<long> RowsAsync(DatabaseAccess access) => RowsAsync(postgres, access);

    private Task GiveAsync(DatabaseAccess access) => GiveAsync(postgres, access);

    private Task<string?> PropertiesAsync(string name) => PropertiesAsync(postgres, name);

    private async Task<DatabaseAccess> CreateAsync(string rights = "CREATEDB", string? name = null)
    {
        var access = await postgres.CreateAsync(rights, name);
        await PostgresFixture.RunAsync(access, "CREATE TABLE t (i int)", "INSERT INTO t VALUES (1), (2), (3)");
        return access;
    }
}
