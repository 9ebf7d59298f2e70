using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases.Sqlite;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;
using UpgradeModule.Tests.Upgrades;

namespace UpgradeModule.Tests.Migrations;

[Collection("PostgresUpgrades")]
public sealed class MigrationServiceTests(PostgresFixture postgres) : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly FakeWorld _world = new() { Running = null };
    private readonly RecordingOperation _operation = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_lock_that_was_left_is_released_and_told_with_holder_and_age()
    {
        var released = await Service(Sqlite("UPDATE databasechangeloglock SET locked = 1, lockgranted = '2026-01-02 03:04:05', lockedby = 'web (10.0.0.1)'")).UnlockAsync(Context(), force: false, default);

        Assert.Equal((true, "web (10.0.0.1)", true), (released.Held, released.Holder, released.Released));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), released.Since);
        Assert.True(released.Age > TimeSpan.FromDays(1));
        Assert.Equal(["0||"], Rows("SELECT locked || '|' || coalesce(lockgranted, '') || '|' || coalesce(lockedby, '') FROM databasechangeloglock"));
        Assert.False((await Service(Open()).GetLockAsync(Context(), default)).Held);
        Assert.False(_world.Locked);
    }

    [Fact]
    public async Task A_lock_that_is_free_is_left_alone()
    {
        var found = await Service(Sqlite("SELECT 1")).UnlockAsync(Context(), force: false, default);
        Assert.Equal((false, false), (found.Held, found.Released));
    }

    [Fact]
    public async Task Looking_at_a_lock_does_not_change_it()
    {
        var service = Service(Sqlite("UPDATE databasechangeloglock SET locked = 1"));
        Assert.True((await service.GetLockAsync(Context(), default)).Held);
        Assert.True((await service.GetLockAsync(Context(), default)).Held);
    }

    [SkippableFact]
    public async Task A_lock_is_refused_while_somebody_is_connected_and_passed_over_by_force()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE TABLE databasechangeloglock (id int, locked boolean, lockgranted timestamptz, lockedby text); INSERT INTO databasechangeloglock VALUES (1, true, now(), 'other node')");
        var service = new MigrationService(_ => new FakeHost(_world), (_, _) => Task.FromResult(postgres.Open(access)), new MigrationReader());
        await using var session = new Npgsql.NpgsqlConnection(PostgresFixture.ConnectionString(access, "another node"));
        await session.OpenAsync();

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => service.UnlockAsync(Context(), force: false, default));

        Assert.Equal("MigrationLockInUse", failure.ErrorId);
        Assert.Contains("other node", failure.Message, StringComparison.Ordinal);
        Assert.Contains("others are connected", failure.Message, StringComparison.Ordinal);
        Assert.False(_world.Locked);
        _world.Running = AppVersion.Parse("1.0.0");
        Assert.Contains("may be migrating", (await Assert.ThrowsAsync<UpgradeException>(() => service.UnlockAsync(Context(), force: false, default))).Message, StringComparison.Ordinal);
        var released = await service.UnlockAsync(Context(), force: true, default);
        Assert.True(released.Released);
        Assert.Single(released.Sessions);
        Assert.Contains(_operation.Warnings, warning => warning.Contains("-Force", StringComparison.Ordinal));
        Assert.False((await service.GetLockAsync(Context(), default)).Held);
    }

    [Fact]
    public async Task A_deployment_that_somebody_works_on_is_left_alone()
    {
        _world.Locked = true;
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Service(Sqlite("UPDATE databasechangeloglock SET locked = 1")).UnlockAsync(Context(), force: true, default));
        Assert.Equal("DeploymentLocked", failure.ErrorId);
        Assert.Equal(["1"], Rows("SELECT locked FROM databasechangeloglock"));
    }

    [Fact]
    public async Task What_the_definition_knows_of_migrations_is_told()
    {
        var migrations = await Service(Sqlite("INSERT INTO databasechangelog VALUES ('v1.00-001', '2026-01-02 03:04:05', 'ada', 'one.yaml', 1, 'EXECUTED'), ('v1.10-001', '2026-01-03', 'ada', 'two.yaml', 2, 'EXECUTED'), ('v2.00-001', NULL, NULL, NULL, 3, 'EXECUTED'), ('other', NULL, NULL, NULL, 4, NULL)")).ListAsync(Context(), default);

        Assert.Equal(["1 v1.00-001 1  Gate", "2 v1.10-001 1 1.1.0 Reversible", "3 v2.00-001 2  NoOp", "4 other   Unknown"], migrations.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Order} {one.Id} {one.Major} {one.Release} {one.Rollback}")));
        Assert.Equal(("app", "sample", "ada", "one.yaml", "EXECUTED"), (migrations[0].Deployment, migrations[0].App, migrations[0].Author, migrations[0].File, migrations[0].Result));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), migrations[0].RanOn);
    }

    [Theory]
    [InlineData(null, "MigrationsUnknown")]
    [InlineData("east", "MigrationsNotReadable")]
    public async Task What_can_not_be_known_is_an_error_that_says_so(string? kind, string errorId)
    {
        var context = Context() with { Spec = Spec with { Migrations = kind is null ? null : new MigrationSpec { Kind = kind } } };
        Assert.Equal(errorId, (await Assert.ThrowsAsync<UpgradeException>(() => Service(Sqlite("SELECT 1")).ListAsync(context, default))).ErrorId);
        Assert.Equal(errorId, (await Assert.ThrowsAsync<UpgradeException>(() => Service(Open()).UnlockAsync(context, false, default))).ErrorId);
    }

    [Fact]
    public async Task A_lock_table_that_is_not_there_is_an_error()
    {
        var context = Context() with { Spec = Spec with { Migrations = Spec.Migrations! with { LockTable = "nowhere" } } };
        Assert.Equal("MigrationLockUnknown", (await Assert.ThrowsAsync<UpgradeException>(() => Service(Sqlite("SELECT 1")).GetLockAsync(context, default))).ErrorId);
    }

    private static AppSpec Spec { get; } = new()
    {
        Name = "sample",
        DisplayName = "Sample",
        Editions = [new EditionSpec { Id = "standard", Default = true }],
        Migrations = new MigrationSpec
        {
            Kind = "liquibase",
            MajorPattern = @"^v(?<major>\d+)\.",
            Known = [new MigrationNoteSpec { Name = "v1.10-001", Release = "1.1.0" }, new MigrationNoteSpec { Pattern = @"^v1\.", Rollback = "gate" }, new MigrationNoteSpec { Pattern = @"^v2\.", Rollback = "noop" }],
        },
    };

    private DeploymentContext Context() => new() { Deployment = new AppDeployment { Name = "app", App = "sample" }, Spec = Spec, Operation = _operation };

    private MigrationService Service(SqliteDatabase database) => new(_ => new FakeHost(_world), (_, _) => Task.FromResult<Engine.Databases.IAppDatabase>(database), new MigrationReader());

    private SqliteDatabase Sqlite(string sql)
    {
        using var session = SqliteSession.Create(_folder.File("app.db"), default);
        session.Execute("CREATE TABLE databasechangelog (id text, dateexecuted text, author text, filename text, orderexecuted integer, exectype text)");
        session.Execute("CREATE TABLE databasechangeloglock (id integer, locked boolean, lockgranted text, lockedby text)");
        session.Execute("INSERT INTO databasechangeloglock VALUES (1, 0, NULL, NULL)");
        session.Execute(sql);
        return Open();
    }

    private SqliteDatabase Open() => new(new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = _folder.File("app.db") });

    private List<string?> Rows(string sql)
    {
        using var session = SqliteSession.Open(_folder.File("app.db"), readOnly: true, TimeSpan.Zero, default);
        return [.. session.Query(sql).Select(row => row[0])];
    }
}
