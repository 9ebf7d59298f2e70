using System.Globalization;
using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using static UpgradeModule.Engine.Databases.Postgres.Managed.Reading.CatalogueSession;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Reading;

/// <summary>Reads indexes, the constraints that have one, foreign keys, and extended statistics.</summary>
internal static class IndexReader
{
    /// <summary>Reads.</summary>
    /// <param name="session">The session.</param>
    /// <param name="model">What is filled.</param>
    public static async Task ReadAsync(CatalogueSession session, SchemaModel model)
    {
        await IndexesAsync(session, model).ConfigureAwait(false);
        await ForeignKeysAsync(session, model).ConfigureAwait(false);
        await StatisticsAsync(session, model).ConfigureAwait(false);
    }

    private static async Task IndexesAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync($"""
            SELECT c.oid, format('%I.%I', n.nspname, c.relname), i.indrelid, pg_get_indexdef(c.oid), k.oid, quote_ident(k.conname), pg_get_constraintdef(k.oid), {Options("c.reloptions")}, quote_ident(s.spcname),
                   i.indisclustered, i.indisreplident, h.inhparent, quote_ident(c.relname), (SELECT string_agg(format('%s %s', a.attnum, a.attstattarget), ',' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attstattarget >= 0),
                   (SELECT format('%I.%I', pn.nspname, p.relname) FROM pg_class p JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE p.oid = h.inhparent)
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
            LEFT JOIN pg_constraint k ON k.conindid = c.oid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x') LEFT JOIN pg_inherits h ON h.inhrelid = c.oid
            WHERE {Own("pg_class", "c")} AND {NotMember("pg_class", "t")} AND {OwnSchema("n")} AND t.relkind IN ('r', 'p', 'm') AND t.relpersistence <> 't' AND (i.indisvalid OR t.relkind = 'p') AND i.indisready
            """).ConfigureAwait(false);
        foreach (var row in rows) Index(model, row);
        // In pieces: what a partition's index belongs to may come later in the list.
        foreach (var row in rows.Where(row => row[11] is not null))
        {
            var attach = model.Add(new DbObject(new ObjectAddress("index attach", Oid(row[0])), Ranks.IndexAttach, "INDEX", row[1]!) { Phase = DumpPhase.After, Table = model.Relations[Oid(row[2])].Name });
            attach.Add(EntryKind.Definition, $"ALTER INDEX {row[14]} ATTACH PARTITION {row[1]}");
            attach.Needs.Add(model.Find(new ObjectAddress("pg_class", Oid(row[0])))!);
            // A parent's index counts as whole only when its own parts are.
            if (model.Find(new ObjectAddress("pg_class", Oid(row[11]))) is { } parent) attach.Needs.Add(parent);
            if (model.Find(new ObjectAddress("attach", Oid(row[2]))) is { } place) attach.Needs.Add(place);
        }

        // An index that was never finished is of no use, and isn't made again.
        foreach (var row in await session.RowsAsync("SELECT i.indexrelid, i.indrelid FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid WHERE t.relkind <> 'p' AND NOT (i.indisvalid AND i.indisready)").ConfigureAwait(false))
        {
            if (model.Find(new ObjectAddress("pg_class", Oid(row[1]))) is { } table) model.Alias(new ObjectAddress("pg_class", Oid(row[0])), table);
        }
    }

    private static void Index(SchemaModel model, IReadOnlyList<string?> row)
    {
        var table = model.Relations[Oid(row[2])];
        var address = new ObjectAddress("pg_class", Oid(row[0]));
        var own = row[4] is null ? address : new ObjectAddress("pg_constraint", Oid(row[4]));
        var item = model.Add(new DbObject(own, Ranks.Index, row[4] is null ? "INDEX" : "CONSTRAINT", row[4] is null ? row[1]! : $"{row[5]} ON {table.Name}") { Phase = DumpPhase.After, Table = table.Name, Weight = table.Size });
        if (row[4] is null)
        {
            item.Add(EntryKind.Index, row[3]!);
        }
        else
        {
            model.Alias(address, item);
            item.Add(EntryKind.Index, $"ALTER TABLE ONLY {table.Name} ADD CONSTRAINT {row[5]} {row[6]}");
            if (row[7] is not null) item.Add(EntryKind.Definition, $"ALTER INDEX {row[1]} SET ({row[7]})");
        }

        item.Shares = row[4] is null && table.Kind != 'p';
        model.Link(own, RelationObjects.Address(table));
        if (row[8] is not null) item.Add(EntryKind.Tablespace, $"ALTER INDEX {row[1]} SET TABLESPACE {row[8]}");
        foreach (var target in (row[13] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (column, value) = (target.Split(' ')[0], target.Split(' ')[1]);
            item.Add(EntryKind.Definition, $"ALTER INDEX {row[1]} ALTER COLUMN {column} SET STATISTICS {value}");
        }

        if (row[9] == "t") item.Add(EntryKind.Definition, $"ALTER TABLE {table.Name} CLUSTER ON {row[12]}");
        if (row[10] == "t") item.Add(EntryKind.Definition, $"ALTER TABLE ONLY {table.Name} REPLICA IDENTITY USING INDEX {row[12]}");
        if (item.Entries.Count > 1) item.Shares = false;
    }

    private static async Task ForeignKeysAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync($"""
            SELECT k.oid, quote_ident(k.conname), pg_get_constraintdef(k.oid), k.conrelid, k.confrelid, k.conparentid
            FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid WHERE k.contype = 'f' AND t.relpersistence <> 't' AND {NotMember("pg_class", "t")} AND k.oid >= {FirstOwn} ORDER BY k.conparentid
            """).ConfigureAwait(false);
        foreach (var row in rows)
        {
            if (!model.Relations.TryGetValue(Oid(row[3]), out var table)) continue;
            var address = new ObjectAddress("pg_constraint", Oid(row[0]));
            // What a partitioned table's key made at its partitions is made with it.
            if (row[5] != "0") continue;
            var item = model.Add(new DbObject(address, Ranks.ForeignKey, "CONSTRAINT", $"{row[1]} ON {table.Name}") { Phase = DumpPhase.After, Table = table.Name, Weight = table.Size });
            item.Add(EntryKind.ForeignKey, $"ALTER TABLE {(table.Kind == 'p' ? "" : "ONLY ")}{table.Name} ADD CONSTRAINT {row[1]} {row[2]}");
            model.Link(address, RelationObjects.Address(table));
            model.Link(address, new ObjectAddress("pg_class", Oid(row[4])));
        }

        var roots = rows.ToDictionary(row => row[0]!, row => row[5]!);
        foreach (var row in rows.Where(row => row[5] != "0"))
        {
            var root = row[5]!;
            while (roots.TryGetValue(root, out var next) && next != "0") root = next;
            if (model.Find(new ObjectAddress("pg_constraint", Oid(root))) is { } item) model.Alias(new ObjectAddress("pg_constraint", Oid(row[0])), item);
        }
    }

    private static async Task StatisticsAsync(CatalogueSession session, SchemaModel model)
    {
        var target = session.Major >= 13 ? "s.stxstattarget" : "NULL::int";
        var rows = await session.RowsAsync($"""
            SELECT s.oid, format('%I.%I', n.nspname, s.stxname), {Role("s.stxowner")}, pg_get_statisticsobjdef(s.oid), nullif({target}, -1), s.stxrelid
            FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE {Own("pg_statistic_ext", "s")} AND {OwnSchema("n")}
            """).ConfigureAwait(false);
        foreach (var row in rows)
        {
            var item = model.Add(new DbObject(new ObjectAddress("pg_statistic_ext", Oid(row[0])), Ranks.Statistics, "STATISTICS", row[1]!) { Phase = DumpPhase.After, Table = model.Relations.GetValueOrDefault(Oid(row[5]))?.Name });
            item.Add(EntryKind.Definition, row[3]!);
            item.Own(row[2]!);
            if (row[4] is not null) item.Add(EntryKind.Definition, string.Create(CultureInfo.InvariantCulture, $"ALTER STATISTICS {row[1]} SET STATISTICS {row[4]}"));
            model.Link(item.Address, new ObjectAddress("pg_class", Oid(row[5])));
        }
    }
}
