using Microsoft.Data.Sqlite;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Sqlite;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Migrations;

[Collection("PostgresUpgrades")]
public sealed class MigrationReaderTests(PostgresFixture postgres) : IDisposable
{
    /// <summary>As Metabase's definition has it.</summary>
    private static readonly MigrationSpec Metabase = new()
    {
        Kind = "liquibase",
        Table = "databasechangelog",
        OrderColumn = "orderexecuted",
        LockTable = "databasechangeloglock",
        MajorPattern = @"^v(?<major>(?!00)\d{2,3})\.",
        IgnoredForMajor = ["v47.00-004", "v56.2025-05-19T16:48:48", "v56.2025-06-05T16:48:48"],
    };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_fresh_database_of_49_reads_as_49()
    {
        var state = await Read(["v00.00-000", "v45.00-001", "v48.00-067", "v49.00-000", "v49.2024-03-26T20:27:58"]);
        Assert.Equal((5, "v49.2024-03-26T20:27:58", 49), (state.Count, state.Last, state.Major));
        Assert.False(state.Locked);
    }

    [Fact]
    public async Task A_database_of_46_reads_as_46_although_it_has_a_forerunner_of_47()
    {
        Assert.Equal(46, (await Read(["v00.00-000", "v46.00-080", "v47.00-004"])).Major);
        Assert.Equal(47, (await Read(["v46.00-080", "v47.00-004", "v47.00-001"])).Major);
    }

    [Fact]
    public async Task A_database_of_55_reads_as_55_although_it_has_forerunners_of_56() =>
        Assert.Equal(55, (await Read(["v55.2025-04-01T00:00:00", "v56.2025-06-05T16:48:48", "v56.2025-05-19T16:48:48"])).Major);

    [Fact]
    public async Task Back_ports_of_49_that_ran_after_those_of_50_do_not_make_it_49()
    {
        var state = await Read(["v49.2024-03-26T20:27:58", "v50.2024-01-04T13:52:51", "v49.2024-08-21T08:33:06"]);
        Assert.Equal(50, state.Major);
        Assert.Equal("v49.2024-08-21T08:33:06", state.Last);
    }

    [Theory]
    [InlineData("1", "312")]
    [InlineData("v00.00-000")]
    [InlineData("v9999.2026-01-01T00:00:00")]
    public async Task Migrations_that_name_no_major_tell_none(params string[] names) => Assert.Null((await Read(names)).Major);

    [Fact]
    public async Task The_newest_markers_and_three_digits_are_read() =>
        Assert.Equal(101, (await Read(["v65.legacy-version-tracking", "v101.2030-01-01T00:00:00"])).Major);

    [Fact]
    public async Task Without_its_tables_the_state_is_empty()
    {
        Assert.Equal(new MigrationState(), await Read(Metabase, new FakeDatabase()));
        Assert.Equal(new MigrationState(), await Read(Metabase with { Kind = "east" }, Changelog(["v49.00-000"])));
        Assert.Equal(new MigrationState(), await Read(new MigrationSpec { Kind = "table" }, Changelog(["v49.00-000"])));
    }

    [Fact]
    public async Task Upper_case_tables_are_found()
    {
        var database = new FakeDatabase { Rows = { ["public.DATABASECHANGELOG"] = 1 }, Engine = DatabaseEngine.MySql };
        database.Answers["SELECT id FROM `DATABASECHANGELOG` ORDER BY orderexecuted"] = [["v48.00-001"]];
        Assert.Equal(48, (await Read(Metabase, database)).Major);
    }

    [Fact]
    public async Task A_table_without_the_order_column_still_tells_what_ran()
    {
        var database = new FakeDatabase { Rows = { ["public.databasechangelog"] = 1 } };
        database.Answers["SELECT id FROM databasechangelog ORDER BY dateexecuted"] = [["v42.00-000"], ["v42.00-002"]];
        Assert.Equal((2, "v42.00-002"), (await Read(Metabase, database)) is var state ? (state.Count, state.Last) : default);
    }

    [Fact]
    public async Task A_table_that_can_not_be_read_is_a_failure()
    {
        var database = new FakeDatabase { Rows = { ["public.databasechangelog"] = 1 } };
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Read(Metabase, database));
        Assert.Equal("DatabaseQueryFailed", failure.ErrorId);
        Assert.Contains("ORDER BY orderexecuted", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t")]
    [InlineData("True")]
    [InlineData("1")]
    public async Task A_held_lock_is_told_with_its_holder(string locked)
    {
        var database = Changelog(["v49.00-000"]);
        database.Rows["public.databasechangeloglock"] = 1;
        database.Answers["SELECT locked, lockgranted, lockedby FROM databasechangeloglock"] = [[locked, "2026-01-02 03:04:05.678+00", "web (10.0.0.1)"]];
        var state = await Read(Metabase, database);
        Assert.True(state.Locked);
        Assert.Equal("web (10.0.0.1)", state.LockedBy);
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero), state.LockedSince);
    }

    [Theory]
    [InlineData("f")]
    [InlineData("False")]
    [InlineData("0")]
    [InlineData(null)]
    public async Task A_free_lock_is_none(string? locked)
    {
        var database = Changelog(["v49.00-000"]);
        database.Rows["public.databasechangeloglock"] = 1;
        database.Answers["SELECT locked, lockgranted, lockedby FROM databasechangeloglock"] = [[locked, null, null]];
        Assert.False((await Read(Metabase, database)).Locked);
    }

    [Fact]
    public async Task A_real_SQLite_database_is_read()
    {
        var path = _folder.File("app.db");
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = """
                CREATE TABLE DATABASECHANGELOG (ID text, ORDEREXECUTED integer);
                INSERT INTO DATABASECHANGELOG VALUES ('v2.00-001', 3), ('v1.00-001', 1), ('v1.10-001', 2);
                CREATE TABLE databasechangeloglock (id integer, locked boolean, lockgranted text, lockedby text);
                INSERT INTO databasechangeloglock VALUES (1, 1, '2026-01-02 03:04:05', 'me');
                """;
            command.ExecuteNonQuery();
        }

        await using var database = new SqliteDatabase(new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = path });
        var state = await Read(Metabase with { MajorPattern = @"^v(?<major>\d+)\." }, database);
        Assert.Equal((3, "v2.00-001", 2, true, "me"), (state.Count, state.Last, state.Major, state.Locked, state.LockedBy));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), state.LockedSince);
    }

    [SkippableFact]
    public async Task A_real_database_of_Metabase_49_5_is_read()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await postgres.ScriptAsync(access.Target.Name!, await SharedFacts.UnpackAsync("metabase-appdb-v0.49.5.sql.gz", _folder));
        await postgres.AdminInAsync(access.Target.Name!, $"GRANT ALL ON ALL TABLES IN SCHEMA public TO {access.Target.User}");
        await using var database = postgres.Open(access);
        var state = await Read(Metabase, database);
        Assert.Equal((265, "v49.2024-03-26T20:27:58", 49, false), (state.Count, state.Last, state.Major, state.Locked));
        await PostgresFixture.RunAsync(access, "UPDATE databasechangeloglock SET locked = true, lockgranted = now(), lockedby = 'web (10.0.0.1)'");
        state = await Read(Metabase, database);
        Assert.Equal((true, "web (10.0.0.1)"), (state.Locked, state.LockedBy));
        Assert.NotNull(state.LockedSince);
    }

    [Fact]
    public async Task What_ran_is_listed_with_when_and_by_whom()
    {
        var database = new FakeDatabase { Rows = { ["public.databasechangelog"] = 2 } };
        database.Answers["SELECT id, dateexecuted, author, filename, exectype FROM databasechangelog ORDER BY orderexecuted"] = [["v1", "2026-01-02 03:04:05+00", "ada", "a.yaml", "EXECUTED"], ["v2", null, null, null, "MARK_RAN"]];
        var entries = await new MigrationReader().ListAsync(Metabase, database, default);
        Assert.Equal([("v1", "ada", "a.yaml", "EXECUTED"), ("v2", null, null, "MARK_RAN")], entries.Select(entry => (entry.Name, entry.Author, entry.File, entry.Result)));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), entries[0].RanOn);
        Assert.Null(entries[1].RanOn);
    }

    [Fact]
    public async Task What_ran_in_one_moment_is_listed_in_the_order_of_its_names()
    {
        var database = new FakeDatabase { Rows = { ["public.own"] = 2 } };
        database.Answers["SELECT version, moment, NULL, NULL, NULL FROM own ORDER BY moment, version"] = [["2026A", "2026-01-02 03:04:05+00", null, null, null]];
        var spec = new MigrationSpec { Kind = "table", Table = "own", IdColumn = "version", OrderColumn = "moment", TimeColumn = "moment" };
        Assert.Equal("2026A", Assert.Single(await new MigrationReader().ListAsync(spec, database, default)).Name);
    }

    [Fact]
    public async Task A_list_that_is_kept_by_MongoDB_is_refused_by_name()
    {
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => new MigrationReader().ListAsync(new MigrationSpec { Kind = "east" }, new FakeDatabase(), default));
        Assert.Equal("MigrationsNotReadable", failure.ErrorId);
        Assert.Contains("MongoDB", failure.Message, StringComparison.Ordinal);
    }

    private static FakeDatabase Changelog(string[] names)
    {
        var database = new FakeDatabase { Rows = { ["public.databasechangelog"] = names.Length } };
        database.Answers["SELECT id FROM databasechangelog ORDER BY orderexecuted"] = [.. names.Select(name => new[] { name })];
        return database;
    }

    private static Task<MigrationState> Read(string[] names) => Read(Metabase, Changelog(names));

    private static Task<MigrationState> Read(MigrationSpec spec, IAppDatabase database) => new MigrationReader().ReadAsync(spec, database, default);
}
