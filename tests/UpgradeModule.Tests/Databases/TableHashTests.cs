using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Databases.Sqlite;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Databases;

[Collection("PostgresManaged")]
public sealed class TableHashTests(PostgresFixture postgres)
{
    private static readonly string[] s_tables =
    [
        "CREATE TABLE t (id int, at timestamptz, f float8, b bytea, n numeric, gone int, g int GENERATED ALWAYS AS (id * 2) STORED, word text)",
        "ALTER TABLE t DROP COLUMN gone",
        "INSERT INTO t (id, at, f, b, n, word) SELECT i, '2026-03-29 01:30:00Z'::timestamptz + i * interval '7 minutes', i / 3.0, decode(md5(i::text), 'hex'), i * 1.10, CASE i % 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE E'a\\nb\\t\\\\' END FROM generate_series(1, 5000) i",
        "CREATE TABLE \"Odd (name\" (\"x, y\" int)", "INSERT INTO \"Odd (name\" VALUES (1), (1), (NULL)",
        "CREATE TABLE nothing ()", "CREATE TABLE empty (x int)",
        "CREATE TABLE p (id int, k text) PARTITION BY LIST (k)", "CREATE TABLE p_a PARTITION OF p FOR VALUES IN ('a')", "CREATE TABLE p_b (k text, id int)", "ALTER TABLE p ATTACH PARTITION p_b FOR VALUES IN ('b')",
        "INSERT INTO p SELECT i, CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END FROM generate_series(1, 100) i",
    ];

    public static TheoryData<BackupCompression> Compressions() => [BackupCompression.Gzip, BackupCompression.Brotli, BackupCompression.None];

    [SkippableTheory]
    [MemberData(nameof(Compressions))]
    public async Task A_dump_and_its_restored_copy_have_the_same_hashes_whatever_the_sessions_defaults(BackupCompression compression)
    {
        postgres.Require();
        using var folder = new TempFolder();
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, s_tables);
        var database = postgres.Open(access);
        var dump = await database.DumpAsync(folder.Path, [], new BackupOptions { Compression = compression }, NullOperationContext.Instance, default);
        var content = new BackupContent { Directory = folder.Path, Format = dump.Format, Files = dump.Files, Tables = dump.Tables };
        await postgres.AdminAsync($"ALTER DATABASE {access.Target.Name} SET TimeZone = 'Europe/Berlin'", $"ALTER DATABASE {access.Target.Name} SET DateStyle = 'German'", $"ALTER DATABASE {access.Target.Name} SET extra_float_digits = 0", $"ALTER DATABASE {access.Target.Name} SET bytea_output = 'escape'");

        var expected = await database.HashContentAsync(content, NullOperationContext.Instance, default);
        await using var scratch = await database.RestoreToScratchAsync(content, NullOperationContext.Instance, default);
        var restored = await scratch.Database.HashTablesAsync(content, NullOperationContext.Instance, default);
        var live = await database.HashTablesAsync(content, NullOperationContext.Instance, default);

        Assert.Equal(["public.\"Odd (name\"", "public.empty", "public.nothing", "public.p_a", "public.p_b", "public.t"], expected.Select(table => table.Table).Order(StringComparer.Ordinal));
        Assert.Equal(5000, expected.Single(table => table.Table == "public.t").Rows);
        Assert.Equal(Sorted(expected), Sorted(restored));
        Assert.Equal(Sorted(expected), Sorted(live));
        Assert.Equal(Sorted(await database.HashTablesAsync(null, NullOperationContext.Instance, default)), Sorted(live));
    }

    [SkippableFact]
    public async Task The_order_of_rows_does_not_matter_and_every_value_does()
    {
        postgres.Require();
        var access = await postgres.CreateAsync();
        await PostgresFixture.RunAsync(access, s_tables);
        var database = postgres.Open(access);
        var before = await database.HashTablesAsync(null, NullOperationContext.Instance, default);

        await PostgresFixture.RunAsync(access, "CREATE INDEX ON t (word)", "CLUSTER t USING t_word_idx", "UPDATE \"Odd (name\" SET \"x, y\" = \"x, y\"");
        Assert.Equal(Sorted(before), Sorted(await database.HashTablesAsync(null, NullOperationContext.Instance, default)));

        await PostgresFixture.RunAsync(access, "UPDATE t SET f = f + 1e-12 WHERE id = 4711");
        Assert.Equal(["public.t"], Changed(before, await database.HashTablesAsync(null, NullOperationContext.Instance, default)));
    }

    [SkippableFact]
    public async Task The_content_of_a_dump_by_pg_dump_is_said_not_to_be_comparable()
    {
        postgres.Require();
        var database = postgres.Open(await postgres.CreateAsync());
        var content = new BackupContent { Directory = "/none", Format = "pg_dump-custom", Files = ["data/database.dump"] };
        Assert.Equal("DeepTestNotSupported", (await Assert.ThrowsAsync<UpgradeException>(() => database.HashContentAsync(content, NullOperationContext.Instance, default))).ErrorId);
    }

    [Fact]
    public async Task A_file_and_its_compacted_copy_have_the_same_hashes_and_every_value_matters()
    {
        using var folder = new TempFolder();
        var file = folder.File("a.db");
        Run(file, "CREATE TABLE t (id INTEGER PRIMARY KEY, v)", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT i, CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN i WHEN 2 THEN i / 3.0 WHEN 3 THEN 'text ' || i ELSE randomblob(i) END FROM n", "CREATE TABLE same (a, b)", "INSERT INTO same VALUES ('ab', 'c'), ('ab', 'c')", "CREATE TABLE w (k TEXT PRIMARY KEY) WITHOUT ROWID", "INSERT INTO w VALUES ('x')");
        var copy = folder.File("b.db");
        Run(file, $"VACUUM INTO '{copy}'");
        var before = await HashAsync(file);

        Assert.Equal(["same", "t", "w"], before.Select(table => table.Table));
        Assert.Equal(before, await HashAsync(copy));

        Run(copy, "UPDATE t SET v = CAST(v AS TEXT) WHERE id = 1", "UPDATE same SET a = 'a', b = 'bc'");
        Assert.Equal(["same", "t"], Changed(before, await HashAsync(copy)));
    }

    private static Task<IReadOnlyList<TableHash>> HashAsync(string file) => new SqliteDatabase(new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = file }).HashTablesAsync(null, NullOperationContext.Instance, default);

    private static void Run(string file, params string[] statements)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        foreach (var statement in statements)
        {
            using var command = connection.CreateCommand();
            command.CommandText = statement;
            command.ExecuteNonQuery();
        }
    }

    private static List<TableHash> Sorted(IEnumerable<TableHash> tables) => [.. tables.OrderBy(table => table.Table, StringComparer.Ordinal)];

    private static IEnumerable<string> Changed(IEnumerable<TableHash> before, IEnumerable<TableHash> after) => Sorted(after).Except(before).Select(table => table.Table);
}
