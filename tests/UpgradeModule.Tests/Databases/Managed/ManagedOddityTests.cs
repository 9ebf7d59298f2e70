using System.Globalization;
using Npgsql;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Managed.Dump;
using UpgradeModule.Engine.Databases.Postgres.Managed.Restore;
using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases.Managed;

/// <summary>What few databases have, and what only many of a thing show.</summary>
[Collection("PostgresManaged")]
public class ManagedOddityTests(PostgresFixture postgres)
{
    [SkippableFact]
    public async Task Tablespaces_are_the_same_again()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        var name = access.Target.Name!;
        var (one, two) = ("one_" + Guid.NewGuid().ToString("N")[..6], "Two \"" + Guid.NewGuid().ToString("N")[..6]);
        await TablespacesAsync(one, two);
        await postgres.AdminInAsync(
            name,
            $"CREATE TABLE t (id int PRIMARY KEY USING INDEX TABLESPACE {one}, v text) TABLESPACE {one}", "INSERT INTO t SELECT i, i::text FROM generate_series(1, 50) i", $"CREATE INDEX t_v ON t (v) TABLESPACE {SqlText.Name(two)}", "CREATE INDEX t_plain ON t (lower(v))",
            $"CREATE MATERIALIZED VIEW m TABLESPACE {one} AS SELECT count(*) FROM t", $"CREATE UNIQUE INDEX ON m (count) TABLESPACE {one}",
            $"CREATE TABLE p (k int, v text, PRIMARY KEY (k) USING INDEX TABLESPACE {SqlText.Name(two)}) PARTITION BY RANGE (k) TABLESPACE {one}", "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)", "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20) TABLESPACE pg_default", $"CREATE INDEX p_v ON p (v) TABLESPACE {one}", "INSERT INTO p SELECT i, 'x' FROM generate_series(0, 19) i");
        await new RoundTrip(postgres).AssertSameAsync(name);
        Assert.Equal($"{one}, {one}, {one}", await postgres.AskAsync("SELECT string_agg(s.spcname, ', ') FROM pg_class c JOIN pg_tablespace s ON s.oid = c.reltablespace WHERE c.relname IN ('t', 't_pkey', 'm')", name));
    }

    [SkippableFact]
    public async Task A_database_in_a_tablespace_stays_there_and_its_tables_elsewhere_stay_elsewhere()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        var name = access.Target.Name!;
        await TablespacesAsync($"home_{name}", $"away_{name}");
        await postgres.AdminAsync($"ALTER DATABASE {name} SET TABLESPACE home_{name}");
        await postgres.AdminInAsync(name, "CREATE TABLE at_home (i int)", $"CREATE TABLE away (i int) TABLESPACE away_{name}", "CREATE TABLE usual (i int) TABLESPACE pg_default", "INSERT INTO usual VALUES (1)");
        // Without help from us nothing makes the database where it was, and then other tables are the ones that lie elsewhere.
        await new RoundTrip(postgres).AssertSameAsync(name, stock: false);
        Assert.Equal($"home_{name}", await postgres.AskAsync($"SELECT s.spcname FROM pg_database d JOIN pg_tablespace s ON s.oid = d.dattablespace WHERE d.datname = '{name}'"));
        Assert.Equal("pg_default", await postgres.AskAsync("SELECT s.spcname FROM pg_class c JOIN pg_tablespace s ON s.oid = c.reltablespace WHERE c.relname = 'usual'", name));
    }

    [SkippableFact]
    public async Task A_role_without_the_right_to_a_tablespace_restores_its_tables_where_the_database_lies()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        var name = access.Target.Name!;
        await TablespacesAsync($"closed_{name}");
        await PostgresFixture.RunAsync(access, "CREATE TABLE t (i int PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)");
        await postgres.AdminInAsync(name, $"ALTER TABLE t SET TABLESPACE closed_{name}", $"ALTER INDEX t_pkey SET TABLESPACE closed_{name}");
        using var folder = new TempFolder();
        var database = postgres.Open(access);
        var dump = await database.DumpAsync(folder.Path, [], BackupOptions.Default, new RecordingOperation(), CancellationToken.None);
        var outcome = await database.RestoreAsync(new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables }, "r", new RecordingOperation(), CancellationToken.None);
        Assert.Equal("public.t: 2", Assert.Single(outcome.Tables).ToString());
    }

    [SkippableFact]
    public async Task Materialized_views_on_each_other_are_filled_from_below()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        var name = access.Target.Name!;
        await postgres.AdminInAsync(
            name,
            "CREATE TABLE t (i int)", "INSERT INTO t SELECT generate_series(1, 5)",
            "CREATE MATERIALIZED VIEW z AS SELECT i, i * 2 AS d FROM t", "CREATE UNIQUE INDEX ON z (i)", "CREATE VIEW y AS SELECT * FROM z WHERE i > 1", "CREATE MATERIALIZED VIEW x AS SELECT y.i, z.d FROM y JOIN z USING (i)", "CREATE INDEX ON x (d)",
            "CREATE MATERIALIZED VIEW w AS SELECT count(*) AS n, sum(d) AS s FROM x", "CREATE MATERIALIZED VIEW a AS SELECT w.n, x.i FROM w, x",
            "CREATE MATERIALIZED VIEW hollow AS SELECT 1 AS one", "CREATE MATERIALIZED VIEW above_hollow AS SELECT * FROM hollow", "REFRESH MATERIALIZED VIEW hollow WITH NO DATA",
            "INSERT INTO t VALUES (6)", "REFRESH MATERIALIZED VIEW z", "REFRESH MATERIALIZED VIEW x", "REFRESH MATERIALIZED VIEW w", "REFRESH MATERIALIZED VIEW a");
        await new RoundTrip(postgres).AssertSameAsync(name);
        Assert.Equal("a x 5, w 40, hollow f f", await postgres.AskAsync("SELECT format('a x %s, w %s, hollow %s %s', (SELECT count(*) FROM a), (SELECT s FROM w), (SELECT relispopulated FROM pg_class WHERE relname = 'hollow'), (SELECT relispopulated FROM pg_class WHERE relname = 'above_hollow'))", name));
    }

    [SkippableFact]
    public async Task A_foreign_key_that_is_in_a_deadlock_comes_again()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, "CREATE TABLE l (i int PRIMARY KEY)", "CREATE TABLE r (i int PRIMARY KEY)");
        // Long enough for the other one to come into its way, short enough to be the one that looks first.
        await postgres.AdminAsync($"ALTER ROLE {access.Target.User} SET deadlock_timeout = '3s'");
        await using var other = new NpgsqlConnection(PostgresFixture.ConnectionString(postgres.Access(access.Target.Name!, postgres.Superuser)));
        await other.OpenAsync();
        await RunAsync(other, "SET deadlock_timeout = '5min'; BEGIN; LOCK TABLE r");
        var logIn = new PostgresServer(access).Live;
        await using var session = await PostgresConnection.OpenAsync(logIn, CancellationToken.None);
        var step = new RestoreStep([new ArchiveEntry { Name = "key", Kind = EntryKind.ForeignKey }], ["ALTER TABLE ONLY public.l ADD CONSTRAINT k FOREIGN KEY (i) REFERENCES public.r (i)"]);
        var adding = new StatementRunner(RestoreMode.Full).RunAsync(session, step, CancellationToken.None);
        while (await postgres.AskAsync($"SELECT count(*) FROM pg_stat_activity WHERE usename = '{access.Target.User}' AND wait_event_type = 'Lock'") == "0") await Task.Delay(20);
        await RunAsync(other, "LOCK TABLE l");
        Assert.False(adding.IsCompleted);
        await RunAsync(other, "COMMIT");
        await adding.WaitAsync(TimeSpan.FromMinutes(2));
        Assert.Equal("1", await postgres.AskAsync("SELECT count(*) FROM pg_constraint WHERE conname = 'k'", access.Target.Name!));
    }

    [SkippableFact]
    public async Task Foreign_keys_in_both_directions_between_many_tables_are_the_same_again()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        const int Tables = 12;
        var statements = new List<string>();
        for (var number = 0; number < Tables; number++) statements.Add(string.Create(CultureInfo.InvariantCulture, $"CREATE TABLE t{number} (id int PRIMARY KEY, up int, down int); INSERT INTO t{number} SELECT i, i, i FROM generate_series(1, 300) i"));
        for (var number = 0; number < Tables; number++)
        {
            var (up, down) = ((number + 1) % Tables, (number + Tables - 1) % Tables);
            statements.Add(string.Create(CultureInfo.InvariantCulture, $"ALTER TABLE t{number} ADD FOREIGN KEY (up) REFERENCES t{up}, ADD FOREIGN KEY (down) REFERENCES t{down} DEFERRABLE"));
        }

        await postgres.AdminInAsync(access.Target.Name!, [.. statements]);
        await new RoundTrip(postgres).AssertSameAsync(access.Target.Name!);
    }

    [SkippableFact]
    public async Task Rows_in_partitions_by_a_hash_that_differs_elsewhere_find_their_place()
    {
        postgres.Require();
        Skip.If(await postgres.AskAsync("SELECT count(*) FROM pg_collation WHERE collprovider = 'i'") == "0", "The server has no ICU.");
        var access = await postgres.CreateAsync();
        var name = access.Target.Name!;
        var statements = new List<string>
        {
            "CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)", "CREATE TYPE mood AS ENUM ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')", "CREATE DOMAIN a_mood AS mood",
            "CREATE TABLE plain (k text, v int) PARTITION BY HASH (k)", "CREATE TABLE blind_text (k text COLLATE blind, v int) PARTITION BY HASH (k)", "CREATE TABLE moods (v int, k mood) PARTITION BY HASH (k)", "CREATE TABLE domains (k a_mood, v int) PARTITION BY HASH (k)", "CREATE TABLE lists (k mood[], v int) PARTITION BY HASH (k)", "CREATE TABLE ordered (k text COLLATE \"C\", v int) PARTITION BY RANGE (k)",
            "CREATE TABLE ordered_0 PARTITION OF ordered FOR VALUES FROM (MINVALUE) TO ('a')", "CREATE TABLE ordered_1 PARTITION OF ordered FOR VALUES FROM ('a') TO (MAXVALUE)",
        };
        foreach (var table in new[] { "plain", "blind_text", "moods", "domains", "lists" })
        {
            for (var part = 0; part < 4; part++) statements.Add(string.Create(CultureInfo.InvariantCulture, $"CREATE TABLE {table}_{part} PARTITION OF {table} FOR VALUES WITH (MODULUS 4, REMAINDER {part})"));
        }

        statements.AddRange(
        [
            "INSERT INTO plain SELECT 'ä' || i, i FROM generate_series(1, 40) i", "INSERT INTO ordered SELECT k, v FROM plain UNION ALL SELECT 'Z', 1", "INSERT INTO blind_text SELECT CASE WHEN i % 2 = 0 THEN 'Ab' ELSE 'aB' END || i / 2, i FROM generate_series(1, 40) i",
            "INSERT INTO moods SELECT i, m FROM generate_series(1, 5) i, unnest(enum_range(NULL::mood)) m", "INSERT INTO domains SELECT k, v FROM moods", "INSERT INTO lists SELECT ARRAY[k, 'a'::mood], v FROM moods",
        ]);
        await postgres.AdminInAsync(name, [.. statements]);
        const string Rows = "SELECT string_agg(t, ';' ORDER BY t COLLATE \"C\") FROM (SELECT 'p' || k || v AS t FROM plain UNION ALL SELECT 'b' || (k COLLATE \"C\") || v FROM blind_text UNION ALL SELECT 'm' || k::text || v FROM moods UNION ALL SELECT 'd' || k::text || v FROM domains UNION ALL SELECT 'l' || k::text || v FROM lists UNION ALL SELECT 'o' || k || v FROM ordered) x";
        var before = await postgres.AskAsync(Rows, name);
        // The rows stand in other partitions then, and pg_dump's own way gives no others.
        await new RoundTrip(postgres).AssertSameAsync(name, only: text => string.Join('\n', text.Split('\n').Where(line => !line.Contains('\t', StringComparison.Ordinal))));
        Assert.Equal(before, await postgres.AskAsync(Rows, name));
        Assert.Equal(before, await postgres.AskAsync(Rows, name + "_s"));
    }

    [SkippableTheory]
    [InlineData("INSERT INTO pg_seclabel VALUES ('t'::regclass, 'pg_class'::regclass, 0, 'dummy', 'secret')", "the security label of table public.t")]
    [InlineData("INSERT INTO pg_seclabel VALUES ('t'::regclass, 'pg_class'::regclass, 1, 'dummy', 'secret')", "the security label of column i of table public.t")]
    [InlineData("INSERT INTO pg_seclabel VALUES ('public'::regnamespace, 'pg_namespace'::regclass, 0, 'dummy', 'secret')", "the security label of schema public")]
    [InlineData("INSERT INTO pg_seclabel VALUES (lo_create(77), 'pg_largeobject'::regclass, 0, 'dummy', 'secret')", "the security label of large object 77")]
    [InlineData("INSERT INTO pg_shseclabel SELECT oid, 'pg_database'::regclass, 'dummy', 'secret' FROM pg_database WHERE datname = current_database()", "the security label of database")]
    public async Task Security_labels_are_refused_by_name(string sql, string name)
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await postgres.AdminInAsync(access.Target.Name!, "CREATE TABLE t (i int)", sql);
        using var folder = new TempFolder();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => postgres.Open(postgres.Access(access.Target.Name!, postgres.Superuser)).DumpAsync(folder.Path, [], new BackupOptions { Engine = BackupEngine.Managed }, new RecordingOperation(), CancellationToken.None));
        Assert.Equal("BackupNotCovered", failure.ErrorId);
        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
        await postgres.AdminInAsync(access.Target.Name!, "DELETE FROM pg_shseclabel");
    }

    [SkippableFact]
    public Task Many_tables_are_the_same_again() => ManyAsync(60);

    [SkippableFact]
    [Trait("Category", "Long")]
    public Task A_thousand_tables_are_the_same_again() => ManyAsync(1000);

    private async Task ManyAsync(int count)
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        var statements = Enumerable.Range(0, count).Select(number => string.Create(CultureInfo.InvariantCulture, $"CREATE TABLE t{number} (id serial PRIMARY KEY, v text DEFAULT 'x', parent int{(number == 0 ? "" : $" REFERENCES t{number / 2}")}); CREATE INDEX ON t{number} (v); INSERT INTO t{number} (v) VALUES ('{number}')"));
        await postgres.AdminInAsync(access.Target.Name!, [.. statements.Chunk(50).Select(some => string.Join("; ", some))]);
        await new RoundTrip(postgres).AssertSameAsync(access.Target.Name!);
    }

    private async Task TablespacesAsync(params string[] names)
    {
        Skip.If(await postgres.AskAsync("SELECT count(*) FROM pg_settings WHERE name = 'allow_in_place_tablespaces'") == "0", "The server knows no tablespaces in its own folder (from 15 on).");
        foreach (var name in names) await postgres.AdminAsync("SET allow_in_place_tablespaces = on", $"CREATE TABLESPACE {SqlText.Name(name)} LOCATION ''");
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }
}
