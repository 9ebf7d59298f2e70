using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using static UpgradeModule.Engine.Databases.Postgres.Managed.Reading.CatalogueSession;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Reading;

/// <summary>Reads comments, and on which extension an object was said to depend.</summary>
internal static class CommentReader
{
    /// <summary>Reads. Before checks are put into their tables: each has its own comment.</summary>
    /// <param name="session">The session.</param>
    /// <param name="model">What is filled.</param>
    public static async Task ReadAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync($"""
            SELECT d.classoid::regclass::text, d.objoid, d.objsubid, quote_literal(d.description), i.type, i.identity
            FROM pg_description d, LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
            WHERE d.objoid >= {FirstOwn} OR d.classoid = 'pg_largeobject'::regclass ORDER BY d.objsubid
            """).ConfigureAwait(false);
        foreach (var row in rows)
        {
            var address = new ObjectAddress(row[0]!, Oid(row[1]));
            if (model.Find(address) is not { } item || model.IsMember(address)) continue;
            item.Add(item.Type == "PUBLICATION" ? EntryKind.Replication : EntryKind.Comment, $"COMMENT ON {Target(model, address, item, row)} IS {row[3]!.TrimStart()}");
        }

        await PublicAsync(session, model).ConfigureAwait(false);
        await ExtensionsAsync(session, model).ConfigureAwait(false);
    }

    private static string Target(SchemaModel model, ObjectAddress address, DbObject item, IReadOnlyList<string?> row)
    {
        if (row[2] != "0")
        {
            var relation = model.Relations[address.Oid];
            return $"COLUMN {relation.Name}.{relation.Columns.First(column => column.Number == int.Parse(row[2]!, System.Globalization.CultureInfo.InvariantCulture)).Name}";
        }

        // A domain's NOT NULL is made with it.
        if (row[4] == "domain constraint" && item.Address != address && row[5]!.LastIndexOf(" on ", StringComparison.Ordinal) is var at and > 0) return $"CONSTRAINT {row[5]![..at]} ON DOMAIN {item.Identity}";
        // A part of the object has the comment: a constraint's index, a table's row type, what a partition has of its parent.
        if (item.Address != address && !(item.Address.Catalog == "pg_class" && item.Type == "TYPE")) return $"{(row[4]!.EndsWith("constraint", StringComparison.Ordinal) ? "CONSTRAINT" : row[4]!.ToUpperInvariant())} {row[5]}";
        return $"{item.Type} {item.Identity}";
    }

    private static async Task PublicAsync(CatalogueSession session, SchemaModel model)
    {
        var row = (await session.RowsAsync("SELECT n.oid, quote_literal(d.description), d.description IS NOT DISTINCT FROM 'standard public schema' FROM pg_namespace n LEFT JOIN pg_description d ON d.classoid = 'pg_namespace'::regclass AND d.objoid = n.oid AND d.objsubid = 0 WHERE n.nspname = 'public'").ConfigureAwait(false)).FirstOrDefault();
        if (row is null || row[2] == "t" || model.Find(new ObjectAddress("pg_namespace", Oid(row[0]))) is not { } item || item.Entries.Any(entry => entry.Kind == EntryKind.Comment)) return;
        item.Add(EntryKind.Comment, $"COMMENT ON SCHEMA public IS {row[1]?.TrimStart() ?? "NULL"}");
    }

    private static async Task ExtensionsAsync(CatalogueSession session, SchemaModel model)
    {
        foreach (var row in await session.RowsAsync("SELECT d.classid::regclass::text, d.objid, quote_ident(x.extname) FROM pg_depend d JOIN pg_extension x ON x.oid = d.refobjid WHERE d.deptype = 'x' AND d.refclassid = 'pg_extension'::regclass").ConfigureAwait(false))
        {
            model.Find(new ObjectAddress(row[0]!, Oid(row[1])))?.Add(EntryKind.Definition, $"ALTER {model.Find(new ObjectAddress(row[0]!, Oid(row[1])))!.Type} {model.Find(new ObjectAddress(row[0]!, Oid(row[1])))!.Identity} DEPENDS ON EXTENSION {row[2]}");
        }
    }
}
