using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using UpgradeModule.Engine.Databases.Postgres;

namespace UpgradeModule.Tests.Databases.Managed;

/// <summary>The statements of a database that nobody would think of.</summary>
public sealed record RandomDatabase(IReadOnlyList<string> Statements)
{
    private const string Odd = "aZ0_ \"'\\%$:@;.,-/()[]{}\t\u00e4\u00df\u0131\u4e2d\U0001F600\n";

    // Values are text that the server reads into the type.
    private static readonly (string Type, string[] Values)[] s_types =
    [
        ("text", []), ("varchar(40)", []), ("char(5)", ["a", "abcde", "  x"]), ("name", ["n", "N n"]), ("int", ["0", "-2147483648", "2147483647"]), ("bigint", ["9223372036854775807"]), ("smallint", ["-1"]),
        ("numeric", ["NaN", "1e-30", "123456789012345678901234567890.12345", "Infinity"]), ("numeric(9,3)", ["1.5"]), ("float8", ["0.1", "1e308", "-Infinity", "NaN", "4.9e-324"]), ("real", ["0.1", "3.4e38"]),
        ("bool", ["t", "f"]), ("bytea", ["\\x00ff0a5c2e", "\\x"]), ("date", ["infinity", "0044-03-15 BC", "2024-02-29"]), ("timestamptz", ["2024-01-01 00:00:00.123456+05", "-infinity"]), ("timestamp", ["294276-12-31 23:59:59.999999"]),
        ("time", ["24:00:00"]), ("interval", ["1 year -3 days 04:05:06.789"]), ("uuid", ["00000000-0000-0000-0000-00000000000a"]), ("jsonb", ["{\"a\\\\n\": [1, null, \"\\u00e4\"]}", "null"]), ("json", ["{ \"a\" :  1 }"]),
        ("text[]", ["{}", "{NULL,\"\",\"a\\\\b\",\"\\\"q\\\"\"}", "[2:3]={x,y}"]), ("int[]", ["{{1,2},{3,4}}"]), ("inet", ["::1/64"]), ("macaddr", ["08:00:2b:01:02:03"]), ("point", ["(1,-0)"]), ("int4range", ["[1,5)", "empty"]), ("int8multirange", ["{[1,2),[5,)}"]),
        ("tsvector", ["'a b':1A 'c'"]), ("bit varying(9)", ["101", ""]), ("xml", ["<a b=\"c\">&lt;</a>"]), ("money", ["-12.34"]), ("oid", ["4294967295"]),
    ];

    /// <summary>Makes them up.</summary>
    public static Gen<RandomDatabase> Any() => from tables in Gen.Choose(1, 5).SelectMany(count => Table().ArrayOf(count)) select new RandomDatabase([.. Script(tables)]);

    /// <inheritdoc/>
    public override string ToString() => string.Join(";\n", Statements) + ";";

    private static Gen<string> Text(int most) => Gen.Choose(0, most).SelectMany(length => Gen.Elements(Odd.EnumerateRunes().Select(rune => rune.ToString()).ToArray()).ArrayOf(length)).Select(string.Concat);

    private static Gen<ColumnSpec> Column() =>
        from name in Text(12)
        from type in Gen.Choose(0, s_types.Length - 1)
        from notNull in Gen.Elements(true, false)
        from wish in Gen.Choose(0, 5)
        from text in Text(20)
        select new ColumnSpec(name, s_types[type].Type, s_types[type].Values, notNull, wish, text);

    private static Gen<TableSpec> Table() =>
        from name in Text(15)
        from columns in Gen.Choose(0, 6).SelectMany(count => Column().ArrayOf(count))
        from rows in Gen.Choose(0, 4).SelectMany(count => Text(30).ArrayOf(count))
        from comment in Text(40)
        from wish in Gen.Choose(0, 63)
        select new TableSpec(name, columns, rows, comment, wish);

    private static IEnumerable<string> Script(TableSpec[] tables)
    {
        yield return "CREATE SCHEMA \"a \"\" schema\"";
        for (var number = 0; number < tables.Length; number++)
        {
            var table = tables[number];
            var name = Name(table, number);
            var columns = table.Columns.Select((column, place) => $"{Column(column, place)} {column.Type}{(column.Type is "text" && column.Wish == 1 ? " COLLATE \"C\"" : "")}{Default(column)}{(column.NotNull ? " NOT NULL" : "")}").ToList();
            columns.Insert(0, table.Wish % 2 == 0 ? "id int GENERATED ALWAYS AS IDENTITY" : "id serial");
            if (table.Wish % 4 > 1) columns.Add("again int GENERATED ALWAYS AS (id * 2) STORED");
            yield return $"CREATE {(table.Wish % 16 == 7 && number == tables.Length - 1 ? "UNLOGGED " : "")}TABLE {name} ({string.Join(", ", columns)}, CONSTRAINT {SqlText.Name(Cut("check " + table.Name))} CHECK (id <> {number - 100}))";
            if (table.Comment.Length > 0) yield return $"COMMENT ON TABLE {name} IS {SqlText.Value(table.Comment)}";
            foreach (var row in table.Rows)
            {
                var values = table.Columns.Select((column, place) => Value(column, row, place)).ToList();
                yield return values.Count == 0 ? $"INSERT INTO {name} DEFAULT VALUES" : $"INSERT INTO {name} ({string.Join(", ", table.Columns.Select(Column))}) VALUES ({string.Join(", ", values)})";
            }

            if (table.Wish % 8 > 3) yield return $"ALTER TABLE {name} ADD PRIMARY KEY (id)";
            else yield return $"ALTER TABLE {name} ADD CONSTRAINT {SqlText.Name(Cut("unique " + table.Name))} UNIQUE (id)";
            if (number > 0) yield return $"ALTER TABLE {name} ADD CONSTRAINT {SqlText.Name(Cut("key " + table.Name))} FOREIGN KEY (id) REFERENCES {Name(tables[number - 1], number - 1)} (id) ON DELETE CASCADE NOT VALID";
            var dropped = table.Columns.Select((column, place) => (column, place)).FirstOrDefault(pair => pair.column.Wish == 5);
            if (dropped.column is not null) yield return $"ALTER TABLE {name} DROP COLUMN {Column(dropped.column, dropped.place)}";
            if (table.Wish > 40) yield return $"CREATE VIEW {SqlText.Name(Cut($"view {number.ToString(CultureInfo.InvariantCulture)} {table.Name}"))} AS SELECT * FROM {name} WHERE id > {number}";
            if (table.Wish > 50) yield return $"CREATE INDEX {SqlText.Name(Cut($"index {number.ToString(CultureInfo.InvariantCulture)} {table.Name}"))} ON {name} ((id + 1) DESC) WHERE id > 0";
            if (table.Wish < 10) yield return $"GRANT SELECT ON {name} TO PUBLIC";
        }
    }

    private static string Default(ColumnSpec column) => column.Wish == 2 && column.Type == "text" ? $" DEFAULT {SqlText.Value(column.Text)}" : "";

    private static string Value(ColumnSpec column, string row, int place)
    {
        if (!column.NotNull && (row.Length + place) % 4 == 0) return "NULL";
        if (column.Values.Length > 0) return SqlText.Value(column.Values[(row.Length + place) % column.Values.Length]) + "::" + column.Type;
        return SqlText.Value(row);
    }

    private static string Name(TableSpec table, int number) => $"{(table.Wish % 3 == 0 ? "\"a \"\" schema\"" : "public")}.{SqlText.Name(Cut($"{number.ToString(CultureInfo.InvariantCulture)}{table.Name}"))}";

    private static string Column(ColumnSpec column, int place) => SqlText.Name(Cut($"{column.Name}{place.ToString(CultureInfo.InvariantCulture)}"));

    // The server cuts names at 63 bytes.
    private static string Cut(string name)
    {
        while (System.Text.Encoding.UTF8.GetByteCount(name) > 60) name = name[..^2];
        return name.TrimEnd('\ud83d');
    }

    private sealed record ColumnSpec(string Name, string Type, string[] Values, bool NotNull, int Wish, string Text);

    private sealed record TableSpec(string Name, ColumnSpec[] Columns, string[] Rows, string Comment, int Wish);
}
