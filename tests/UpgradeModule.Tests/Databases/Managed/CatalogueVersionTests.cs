using UpgradeModule.Engine.Databases.Postgres;
using UpgradeModule.Engine.Databases.Postgres.Managed.Reading;
using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using UpgradeModule.Engine.Databases.Postgres.Managed.Writing;

namespace UpgradeModule.Tests.Databases.Managed;

/// <summary>What the catalogue is asked, version by version: nothing that a server doesn't have, and everything that it has.</summary>
public class CatalogueVersionTests
{
    private const int Always = 99;

    // What the catalogues of PostgreSQL got, lost or renamed from 12 to 18, as far as it matters to a dump; the version that no longer has it.
    private static readonly (string Name, int Since, int Until)[] s_columns =
    [
        ("stxstattarget", 13, Always), ("pubviaroot", 13, Always), ("tgparentid", 13, Always),
        ("attcompression", 14, Always), ("rngmultitypid", 14, Always), ("inhdetachpending", 14, Always),
        ("colliculocale", 15, 17), ("prqual", 15, Always), ("prattrs", 15, Always), ("pg_publication_namespace", 15, Always), ("datlocprovider", 15, Always), ("daticulocale", 15, 17),
        ("collicurules", 16, Always), ("daticurules", 16, Always),
        ("colllocale", 17, Always), ("datlocale", 17, Always),
        ("pubgencols", 18, Always),
    ];

    // What was gone before 12, and what comes after 18.
    private static readonly string[] s_never = ["relhasoids", "relhaspkey", "adsrc", "consrc", "proisagg", "proiswindow", "puballsequences"];

    public static TheoryData<int> Majors { get; } = new(Enumerable.Range(SchemaReader.Oldest, SchemaReader.Newest - SchemaReader.Oldest + 1));

    [Theory]
    [MemberData(nameof(Majors))]
    public async Task Every_version_is_asked_for_what_it_has_and_for_nothing_else(int major)
    {
        var asked = string.Join('\n', [.. await AskedAsync(major), PostgresCatalog.Query(major)]);
        foreach (var (name, since, until) in s_columns)
        {
            if (major >= since && major < until) Assert.Contains(name, asked, StringComparison.Ordinal);
            else Assert.DoesNotMatch($@"\b{name}\b", asked);
        }

        foreach (var name in s_never) Assert.DoesNotMatch($@"\b{name}\b", asked);
    }

    [Fact]
    public void The_versions_that_are_known_are_12_to_18() => Assert.Equal((12, 18), (SchemaReader.Oldest, SchemaReader.Newest));

    [Fact]
    public async Task Names_of_not_null_constraints_are_kept_from_18_on_also_where_a_column_is_a_parent_s()
    {
        var model = await ReadAsync(18, Table(1, "public.parent") + Table(2, "public.child"), Parents: [["2", "1", "f"]], Columns:
        [
            Column(1, 1, "a", notNull: true), Column(1, 2, "b", notNull: true), Column(1, 3, "c", notNull: false),
            Column(2, 1, "a", notNull: true, isLocal: false), Column(2, 2, "b", notNull: true, isLocal: false), Column(2, 3, "c", notNull: true, isLocal: false),
        ], NotNulls:
        [
            // At the parent; inherited alone; inherited and its own, by another name; its own alone.
            ["1", "1", "CONSTRAINT parent_a_not_null NOT NULL", "", "t", "t", "a"], ["1", "2", "CONSTRAINT \"b's\" NOT NULL", " NO INHERIT", "t", "t", "b"],
            ["2", "1", "CONSTRAINT parent_a_not_null NOT NULL", "", "f", "t", "a"], ["2", "2", "CONSTRAINT own_b NOT NULL", "", "t", "t", "b"], ["2", "3", "CONSTRAINT own_c NOT NULL", " NO INHERIT", "t", "t", "c"],
        ]);
        Assert.Equal(["CREATE TABLE public.parent (\n    a integer CONSTRAINT parent_a_not_null NOT NULL,\n    b integer CONSTRAINT \"b's\" NOT NULL NO INHERIT,\n    c integer\n)"], Write(model, 1, 18));
        Assert.Equal(["CREATE TABLE public.child (\n    CONSTRAINT own_b NOT NULL b,\n    CONSTRAINT own_c NOT NULL c NO INHERIT\n)\nINHERITS (public.parent)"], Write(model, 2, 18));
    }

    [Fact]
    public async Task Before_18_a_column_of_a_parent_is_made_not_null_on_its_own()
    {
        var model = await ReadAsync(17, Table(1, "public.parent") + Table(2, "public.child"), Parents: [["2", "1", "f"]], Columns: [Column(1, 1, "a", notNull: true), Column(1, 2, "b", notNull: false), Column(2, 1, "a", notNull: true, isLocal: false), Column(2, 2, "b", notNull: true, isLocal: false)]);
        Assert.Equal(["CREATE TABLE public.child (\n)\nINHERITS (public.parent)", "ALTER TABLE ONLY public.child ALTER COLUMN b SET NOT NULL"], Write(model, 2, 17));
    }

    [Fact]
    public async Task A_not_null_that_isn_t_valid_for_all_rows_is_refused_by_name()
    {
        var model = await ReadAsync(18, Table(1, "public.t"), Columns: [Column(1, 1, "a", notNull: true)], NotNulls: [["1", "1", "CONSTRAINT later NOT NULL", "", "t", "f", "a"]]);
        Assert.Contains("later", Assert.Single(model.Refusals), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Virtual_columns_are_generated_again_and_have_no_rows()
    {
        var model = await ReadAsync(18, Table(1, "public.t"), Columns: [Column(1, 1, "a"), Column(1, 2, "s", expression: "(a + 1)", generated: "s"), Column(1, 3, "v", expression: "(a + 2)", generated: "v")]);
        Assert.Equal(["CREATE TABLE public.t (\n    a integer,\n    s integer GENERATED ALWAYS AS ((a + 1)) STORED,\n    v integer GENERATED ALWAYS AS ((a + 2))\n)"], Write(model, 1, 18));
        Assert.Equal("COPY public.t (a) TO STDOUT", Assert.Single(model.Tables).CopyOut);
    }

    [Fact]
    public async Task A_check_that_is_not_enforced_stands_with_its_table_and_one_that_isn_t_validated_comes_after_the_rows()
    {
        var model = await ReadAsync(18, Table(1, "public.t"), Columns: [Column(1, 1, "a")], Checks: [["1", "20001", "loose", "CHECK ((a > 0)) NOT ENFORCED", "t", "f"], ["1", "20002", "later", "CHECK ((a > 1)) NOT VALID", "t", "f"]]);
        Assert.Equal(["CREATE TABLE public.t (\n    a integer,\n    CONSTRAINT loose CHECK ((a > 0)) NOT ENFORCED\n)"], Write(model, 1, 18));
        Assert.Contains(model.Objects, item => item.Phase == DumpPhase.After && item.Entries.Any(entry => entry.Sql == "ALTER TABLE public.t ADD CONSTRAINT later CHECK ((a > 1)) NOT VALID"));
    }

    [Theory]
    [InlineData(17, "UNLOGGED ")]
    [InlineData(18, "")]
    public async Task A_partitioned_table_that_is_not_logged_is_none_from_18_on(int major, string word)
    {
        var model = await ReadAsync(major, Table(1, "public.t", kind: 'p', persistence: 'u'), Columns: [Column(1, 1, "a")]);
        Assert.StartsWith($"CREATE {word}TABLE public.t (", Write(model, 1, major)[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12, "i", "'und'", "'und'", null, null, "provider = icu, locale = 'und'")]
    [InlineData(14, "c", "'C'", "'de_DE'", null, null, "provider = libc, lc_collate = 'C', lc_ctype = 'de_DE'")]
    [InlineData(15, "i", null, null, "'und'", null, "provider = icu, locale = 'und'")]
    [InlineData(16, "i", null, null, "'und'", "'&a < b'", "provider = icu, locale = 'und', rules = '&a < b'")]
    [InlineData(17, "b", null, null, "'C.UTF-8'", null, "provider = builtin, locale = 'C.UTF-8'")]
    [InlineData(18, "c", "'C'", "'C'", null, null, "provider = libc, locale = 'C'")]
    public async Task Collations_of_every_provider_are_made_again(int major, string provider, string? collate, string? ctype, string? locale, string? rules, string options)
    {
        var model = await ReadAsync(major, "", Collations: [["20001", "public.c", "postgres", provider, collate, ctype, locale, rules, "t"]]);
        Assert.Contains(model.Objects, item => item.Entries.Any(entry => entry.Sql == $"CREATE COLLATION public.c ({options})"));
    }

    [Fact]
    public async Task A_comment_of_a_domain_s_not_null_is_kept()
    {
        var model = await ReadAsync(17, "", Domains: [["20001", "public.d", "postgres", "integer", null, null, "t", " CONSTRAINT must NOT NULL"]], DomainNotNulls: [["20001", "20002"]], Comments: [["pg_constraint", "20002", "0", "'why'", "domain constraint", "must on public.d"]]);
        Assert.Contains(model.Objects, item => item.Entries.Any(entry => entry.Sql == "CREATE DOMAIN public.d AS integer CONSTRAINT must NOT NULL"));
        Assert.Contains(model.Objects, item => item.Entries.Any(entry => entry.Sql == "COMMENT ON CONSTRAINT must ON DOMAIN public.d IS 'why'"));
    }

    [Fact]
    public async Task The_right_to_maintain_is_granted_as_any_other()
    {
        string[][] grants = [["pg_class", "20001", "TABLE public.t", "postgres", "t", "postgres", "postgres", "INSERT", "f"], ["pg_class", "20001", "TABLE public.t", "postgres", "t", "postgres", "bob", "MAINTAIN", "f"]];
        var model = await ReadAsync(17, Table(20001, "public.t"), Columns: [Column(20001, 1, "a")], Grants: grants);
        Assert.Contains(model.Objects, item => item.Entries.Any(entry => entry.Sql.Contains("GRANT MAINTAIN ON TABLE public.t TO bob", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Generated_columns_in_a_publication_are_said_from_18_on()
    {
        var model = await ReadAsync(18, "", Publications: [["20001", "p", "postgres", "t", "insert", "f", "s"]]);
        Assert.Contains(model.Objects, item => item.Entries.Any(entry => entry.Sql == "CREATE PUBLICATION p FOR ALL TABLES WITH (publish = 'insert', publish_generated_columns = stored)"));
    }

    private static async Task<IReadOnlyList<string>> AskedAsync(int major)
    {
        var asked = new List<string>();
        await SchemaReader.ReadAsync(new CatalogueSession(major, sql =>
        {
            asked.Add(sql);
            return Task.FromResult<IReadOnlyList<IReadOnlyList<string?>>>([]);
        }));
        return asked;
    }

    // A catalogue of a few rows, each for the query that asks for it.
    private static async Task<SchemaModel> ReadAsync(int major, string Tables, string?[][]? Columns = null, string?[][]? NotNulls = null, string?[][]? Parents = null, string?[][]? Checks = null, string?[][]? Collations = null, string?[][]? Domains = null, string?[][]? DomainNotNulls = null, string?[][]? Comments = null, string?[][]? Grants = null, string?[][]? Publications = null)
    {
        var tables = Tables.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|').Select(value => value.Length == 0 ? null : value).ToArray()).ToArray();
        (string Mark, string?[][]? Rows)[] answers =
        [
            ("pg_get_partkeydef(c.oid)", tables), ("format_type(a.atttypid, a.atttypmod)", Columns), ("format('CONSTRAINT %I NOT NULL', k.conname), CASE", NotNulls), ("FROM pg_inherits i ORDER BY", Parents), ("WHERE k.contype = 'c' AND k.conrelid <> 0", Checks),
            ("FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE", Collations), ("WHERE t.typtype = 'd'", Domains), ("SELECT k.contypid, k.oid FROM", DomainNotNulls), ("FROM pg_description d,", Comments), ("AS usual", Grants), ("FROM pg_publication p WHERE", Publications),
        ];
        var given = new HashSet<string>();
        var (model, _) = await SchemaReader.ReadAsync(new CatalogueSession(major, sql =>
        {
            var rows = answers.FirstOrDefault(answer => answer.Rows is not null && sql.Contains(answer.Mark, StringComparison.Ordinal) && given.Add(answer.Mark));
            return Task.FromResult<IReadOnlyList<IReadOnlyList<string?>>>(rows.Rows ?? []);
        }));
        Assert.Equal(answers.Where(answer => answer.Rows is { Length: > 0 }).Select(answer => answer.Mark).Order(StringComparer.Ordinal), given.Where(mark => answers.First(answer => answer.Mark == mark).Rows!.Length > 0).Order(StringComparer.Ordinal));
        return model;
    }

    private static string Table(uint oid, string name, char kind = 'r', char persistence = 'p') =>
        $"{oid}|{kind}|{name}|postgres|{persistence}|f|||||f|f|d|t|{(kind == 'p' ? "RANGE (a)" : "")}||0|0\n";

    private static string?[] Column(uint table, int number, string name, bool notNull = false, bool isLocal = true, string? expression = null, string generated = "") =>
        [$"{table}", $"{number}", name, "integer", null, notNull ? "t" : "f", expression is null ? "0" : $"{30000 + number}", expression, generated, "", isLocal ? "t" : "f", null, null, null, null];

    private static IReadOnlyList<string> Write(SchemaModel model, uint oid, int major) => [.. new TableWriter(model, major).Write(model.Relations[oid])];
}
