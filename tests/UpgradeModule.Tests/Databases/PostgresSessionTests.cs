using NSubstitute;
using Npgsql;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

[Collection("Postgres")]
public class PostgresSessionTests(PostgresFixture postgres)
{
    [SkippableTheory]
    [InlineData("SELECT pg_sleep(60)")]
    [InlineData("UPDATE t SET i = i + 1 FROM (SELECT pg_sleep(60)) s")]
    public async Task Going_back_ends_what_a_killed_version_left_running(string statement)
    {
        postgres.Require();
        var access = await CreateAsync();
        var operation = new RecordingOperation();
        var database = postgres.Open(access, operation);
        var point = await database.CreateRollbackPointAsync("one", CancellationToken.None);
        await PostgresFixture.RunAsync(access, "DELETE FROM t WHERE i > 1");
        var running = PostgresFixture.RunAsync(access, statement);
        await UntilActiveAsync(access);
        Assert.NotNull(await database.RollbackAsync(point, CancellationToken.None));
        Assert.Equal("57P01", (await Assert.ThrowsAsync<PostgresException>(() => running)).SqlState);
        Assert.Equal(3, await PostgresWayBackTests.RowsAsync(postgres, access));
        Assert.Contains("(some app)", Assert.Single(operation.Warnings), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_role_for_maintenance_ends_the_sessions_of_every_role()
    {
        postgres.Require();
        var access = await CreateAsync();
        var other = await postgres.CreateAsync();
        var database = postgres.Open(postgres.Access(access.Target.Name!, access.Credential!, postgres.Superuser));
        var point = await database.CreateRollbackPointAsync("one", CancellationToken.None);
        await using var report = await OpenAsync(postgres.Access(access.Target.Name!, other.Credential!));
        await using var admin = await OpenAsync(postgres.Access(access.Target.Name!, postgres.Superuser));
        Assert.NotNull(await database.RollbackAsync(point, CancellationToken.None));
        Assert.Equal(3, await PostgresWayBackTests.RowsAsync(postgres, access));
    }

    [SkippableFact]
    public async Task A_session_that_may_not_be_ended_is_named_and_nothing_happens()
    {
        postgres.Require();
        var access = await CreateAsync();
        var server = new PostgresServer(access);
        var kept = server.Name + "__um_kept";
        await PostgresFixture.RunAsync(postgres.Access("postgres", access.Credential!), $"CREATE DATABASE {kept}");
        await using var stranger = await OpenAsync(postgres.Access(server.Name, postgres.Superuser));
        await using var own = await OpenAsync(access);
        var (connection, _) = await server.OpenAdminAsync(CancellationToken.None);
        await using (connection)
        {
            var wait = new SessionWait { Patience = TimeSpan.FromSeconds(1), EndedIn = server.Name };
            var failure = await Assert.ThrowsAsync<UpgradeException>(() => PostgresSwap.RunAsync(connection, kept, server.Name, server.Name + "__um_after", wait, CancellationToken.None));
            Assert.Equal("DatabaseInUse", failure.ErrorId);
            Assert.Contains($"of role {postgres.Superuser.UserName} (some app)", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain($"of role {access.Target.User} ", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal(3, await PostgresWayBackTests.RowsAsync(postgres, access));
    }

    [SkippableFact]
    public async Task A_session_of_the_applications_role_that_ends_within_seconds_is_waited_for()
    {
        postgres.Require();
        var access = await CreateAsync();
        var running = PostgresFixture.RunAsync(access, "SELECT pg_sleep(3)");
        await UntilActiveAsync(access);
        Assert.NotNull(await postgres.Open(access).CreateRollbackPointAsync("one", CancellationToken.None));
        await running;
    }

    [SkippableFact]
    public async Task A_setting_that_the_server_refuses_is_told_without_its_value_and_does_not_stop_the_way_back()
    {
        postgres.Require();
        var access = await CreateAsync();
        var operation = new RecordingOperation();
        var database = postgres.Open(access, operation);
        var point = await database.CreateRollbackPointAsync("one", CancellationToken.None);
        await PostgresFixture.RunAsync(access, "DELETE FROM t");
        await SpoilAsync(access);
        Assert.NotNull(await database.RollbackAsync(point, CancellationToken.None));
        Assert.Equal(3, await PostgresWayBackTests.RowsAsync(postgres, access));
        Assert.Contains(operation.Warnings, warning => warning.Contains("work_mem", StringComparison.Ordinal) && warning.Contains("22023", StringComparison.Ordinal));
        Assert.DoesNotContain(operation.Lines, line => line.Contains("s3cret", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Who_may_not_connect_to_the_live_database_may_not_connect_to_its_copy()
    {
        postgres.Require();
        var access = await CreateAsync();
        var stranger = await postgres.CreateAsync();
        await postgres.AdminAsync($"REVOKE CONNECT ON DATABASE {access.Target.Name} FROM PUBLIC");
        var point = await postgres.Open(access).CreateRollbackPointAsync("one", CancellationToken.None);
        Assert.Equal("f", await postgres.AskAsync($"SELECT has_database_privilege('{stranger.Target.User}', '{point.Location}', 'CONNECT')"));
        Assert.StartsWith("UpgradeModule rollback point of ", await postgres.AskAsync($"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{point.Location}'"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_copy_that_is_made_is_told_of_even_where_the_work_was_cancelled_since()
    {
        postgres.Require();
        var access = await CreateAsync();
        await SpoilAsync(access);
        using var cancellation = new CancellationTokenSource();
        var point = await postgres.Open(access, OnWarning(cancellation.Cancel)).CreateRollbackPointAsync("one", cancellation.Token);
        Assert.True(cancellation.IsCancellationRequested);
        Assert.Equal("1", await postgres.AskAsync($"SELECT count(*) FROM pg_database WHERE datname = '{point.Location}'"));
    }

    [SkippableFact]
    public async Task A_copy_that_can_not_be_finished_is_dropped()
    {
        postgres.Require();
        var access = await CreateAsync();
        await SpoilAsync(access);
        var wasThere = false;
        var operation = OnWarning(() =>
        {
            wasThere = true;
            using var admin = new NpgsqlConnection(PostgresFixture.ConnectionString(postgres.Access("postgres", postgres.Superuser)));
            admin.Open();
            using var command = new NpgsqlCommand($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{access.Target.User}' AND EXISTS (SELECT FROM pg_database WHERE datname LIKE '{access.Target.Name}\\_\\_um\\_%')", admin);
            Assert.Equal(true, command.ExecuteScalar());
        });
        Assert.Equal("DatabaseUnreachable", (await Assert.ThrowsAsync<UpgradeException>(() => postgres.Open(access, operation).CreateRollbackPointAsync("one", CancellationToken.None))).ErrorId);
        Assert.True(wasThere);
        Assert.Equal("0", await postgres.AskAsync($"SELECT count(*) FROM pg_database WHERE datname LIKE '{access.Target.Name}\\_\\_um\\_%'"));
    }

    [SkippableFact]
    public async Task A_copy_that_was_not_marked_yet_is_finished_by_the_next_try()
    {
        postgres.Require();
        var access = await CreateAsync();
        var name = access.Target.Name!;
        var kept = PostgresSwap.KeptNameOf(name, "one");
        await postgres.AdminAsync($"REVOKE CONNECT ON DATABASE {name} FROM PUBLIC", $"CREATE DATABASE {kept} OWNER {name} TEMPLATE {name}");
        var point = await postgres.Open(access).CreateRollbackPointAsync("one", CancellationToken.None);
        Assert.Equal(kept, point.Location);
        Assert.Equal("t", await postgres.AskAsync($"SELECT shobj_description(oid, 'pg_database') LIKE 'UpgradeModule %' AND datacl IS NOT NULL FROM pg_database WHERE datname = '{kept}'"));
    }

    private static IOperationContext OnWarning(Action action)
    {
        var operation = Substitute.For<IOperationContext>();
        operation.When(told => told.Warning(Arg.Any<string>())).Do(_ => action());
        return operation;
    }

    // A setting that was right once (an extension knew it) and is refused when it is to be given to the copy.
    private Task SpoilAsync(DatabaseAccess access) => postgres.AdminAsync(
        $"ALTER DATABASE {access.Target.Name} SET work_mem = '5MB'",
        $"UPDATE pg_db_role_setting SET setconfig = ARRAY['work_mem=s3cret'] WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = '{access.Target.Name}')");

    private static async Task<NpgsqlConnection> OpenAsync(DatabaseAccess access)
    {
        var connection = new NpgsqlConnection(PostgresFixture.ConnectionString(access));
        await connection.OpenAsync();
        return connection;
    }

    private Task UntilActiveAsync(DatabaseAccess access) => PostgresDumpTests.UntilAsync(async () =>
        await postgres.AskAsync($"SELECT count(*) FROM pg_stat_activity WHERE datname = '{access.Target.Name}' AND state = 'active' AND wait_event = 'PgSleep'") == "1");

    private async Task<DatabaseAccess> CreateAsync()
    {
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE TABLE t (i int)", "INSERT INTO t VALUES (1), (2), (3)");
        return access;
    }
}
