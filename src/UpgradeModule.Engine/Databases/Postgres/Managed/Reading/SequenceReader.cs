using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using static UpgradeModule.Engine.Databases.Postgres.Managed.Reading.CatalogueSession;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Reading;

/// <summary>Reads sequences: free ones, those that a column owns, and those of identity columns.</summary>
internal static class SequenceReader
{
    /// <summary>Reads. The states are read when the rows are.</summary>
    /// <param name="session">The session.</param>
    /// <param name="model">What is filled.</param>
    public static async Task ReadAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync($"""
            SELECT c.oid, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle, d.deptype, d.refobjid, quote_ident(a.attname)
            FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0 AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE c.relpersistence <> 't' AND {Own("pg_class", "c")} AND {OwnSchema("n")} ORDER BY n.nspname, c.relname
            """).ConfigureAwait(false);
        foreach (var row in rows)
        {
            var sequence = model.Relations[Oid(row[0])];
            var table = row[9] is null ? null : model.Relations.GetValueOrDefault(Oid(row[9]));
            model.Sequences.Add(sequence.Name);
            if (row[8] == "i" && table is not null) Identity(model, row, sequence, table, session.Major);
            else Plain(model, row, sequence, table);
        }
    }

    private static void Plain(SchemaModel model, IReadOnlyList<string?> row, Relation sequence, Relation? table)
    {
        var item = model.Add(new DbObject(RelationObjects.Address(sequence), Ranks.Relation, "SEQUENCE", sequence.Name));
        item.Add(EntryKind.Definition, $"CREATE {(sequence.Persistence == 'u' ? "UNLOGGED " : "")}SEQUENCE {sequence.Name} AS {row[1]} {Options(row)}");
        item.Own(sequence.Owner);
        if (table is not null && row[10] is not null) item.Add(EntryKind.Definition, $"ALTER SEQUENCE {sequence.Name} OWNED BY {table.Name}.{row[10]}");
    }

    private static void Identity(SchemaModel model, IReadOnlyList<string?> row, Relation sequence, Relation table, int major)
    {
        var column = table.Columns.First(column => column.Name == row[10]);
        var item = model.Add(new DbObject(RelationObjects.Address(sequence), Ranks.Default, "SEQUENCE", sequence.Name));
        model.Link(item.Address, RelationObjects.Address(table));
        item.Add(EntryKind.Definition, $"ALTER TABLE {table.Name} ALTER COLUMN {column.Name} ADD GENERATED {(column.Identity == "a" ? "ALWAYS" : "BY DEFAULT")} AS IDENTITY (SEQUENCE NAME {sequence.Name} {Options(row)})");
        // Older servers know no sequences that are not logged, and no statement to say so.
        if (major >= 15 && sequence.Persistence != table.Persistence) item.Add(EntryKind.Definition, $"ALTER SEQUENCE {sequence.Name} SET {(sequence.Persistence == 'u' ? "UNLOGGED" : "LOGGED")}");
    }

    // Every option is said: what is usual depends on the type and the sign of the increment.
    private static string Options(IReadOnlyList<string?> row) => $"START WITH {row[2]} INCREMENT BY {row[3]} MINVALUE {row[4]} MAXVALUE {row[5]} CACHE {row[6]}{(row[7] == "t" ? " CYCLE" : "")}";
}
