using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using static UpgradeModule.Engine.Databases.Postgres.Managed.Reading.CatalogueSession;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Reading;

/// <summary>Reads publications and what is in them, and large objects.</summary>
internal static class PublicationReader
{
    /// <summary>Reads.</summary>
    /// <param name="session">The session.</param>
    /// <param name="model">What is filled.</param>
    public static async Task ReadAsync(CatalogueSession session, SchemaModel model)
    {
        await PublicationsAsync(session, model).ConfigureAwait(false);
        await TablesAsync(session, model).ConfigureAwait(false);
        if (session.Major >= 15) await SchemasAsync(session, model).ConfigureAwait(false);
        await LargeObjectsAsync(session, model).ConfigureAwait(false);
    }

    private static async Task PublicationsAsync(CatalogueSession session, SchemaModel model)
    {
        var root = session.Major >= 13 ? "p.pubviaroot" : "false";
        var generated = session.Major >= 18 ? "p.pubgencols" : "'n'";
        var rows = await session.RowsAsync($"""
            SELECT p.oid, quote_ident(p.pubname), {Role("p.pubowner")}, p.puballtables, concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END), {root}, {generated}
            FROM pg_publication p WHERE {Own("pg_publication", "p")}
            """).ConfigureAwait(false);
        foreach (var row in rows)
        {
            var item = model.Add(new DbObject(new ObjectAddress("pg_publication", Oid(row[0])), Ranks.Publication, "PUBLICATION", row[1]!) { Phase = DumpPhase.After });
            item.Add(EntryKind.Replication, $"CREATE PUBLICATION {row[1]}{(row[3] == "t" ? " FOR ALL TABLES" : "")} WITH (publish = '{row[4]}'{(row[5] == "t" ? ", publish_via_partition_root = true" : "")}{(row[6] == "s" ? ", publish_generated_columns = stored" : "")})");
            item.Add(EntryKind.Replication, $"ALTER PUBLICATION {row[1]} OWNER TO {row[2]}");
        }
    }

    private static async Task TablesAsync(CatalogueSession session, SchemaModel model)
    {
        var columns = session.Major >= 15 ? "(SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs))" : "NULL::text";
        var rows = session.Major >= 15 ? "pg_get_expr(r.prqual, r.prrelid)" : "NULL::text";
        foreach (var row in await session.RowsAsync($"SELECT r.oid, r.prpubid, r.prrelid, {columns}, {rows} FROM pg_publication_rel r WHERE r.oid >= {FirstOwn}").ConfigureAwait(false))
        {
            if (model.Find(new ObjectAddress("pg_publication", Oid(row[1]))) is not { } publication || !model.Relations.TryGetValue(Oid(row[2]), out var table)) continue;
            var item = model.Add(new DbObject(new ObjectAddress("pg_publication_rel", Oid(row[0])), Ranks.Publication, "PUBLICATION TABLE", $"{publication.Identity} {table.Name}") { Phase = DumpPhase.After });
            item.Add(EntryKind.Replication, $"ALTER PUBLICATION {publication.Identity} ADD TABLE ONLY {table.Name}{(row[3] is null ? "" : $" ({row[3]})")}{(row[4] is null ? "" : $" WHERE ({row[4]})")}");
            item.Needs.Add(publication);
            model.Link(item.Address, RelationObjects.Address(table));
        }
    }

    private static async Task SchemasAsync(CatalogueSession session, SchemaModel model)
    {
        foreach (var row in await session.RowsAsync($"SELECT r.oid, r.pnpubid, quote_ident(n.nspname) FROM pg_publication_namespace r JOIN pg_namespace n ON n.oid = r.pnnspid WHERE r.oid >= {FirstOwn}").ConfigureAwait(false))
        {
            if (model.Find(new ObjectAddress("pg_publication", Oid(row[1]))) is not { } publication) continue;
            var item = model.Add(new DbObject(new ObjectAddress("pg_publication_namespace", Oid(row[0])), Ranks.Publication, "PUBLICATION SCHEMA", $"{publication.Identity} {row[2]}") { Phase = DumpPhase.After });
            item.Add(EntryKind.Replication, $"ALTER PUBLICATION {publication.Identity} ADD TABLES IN SCHEMA {row[2]}");
            item.Needs.Add(publication);
        }
    }

    private static async Task LargeObjectsAsync(CatalogueSession session, SchemaModel model)
    {
        foreach (var row in await session.RowsAsync($"SELECT l.oid, {Role("l.lomowner")} FROM pg_largeobject_metadata l ORDER BY l.oid").ConfigureAwait(false))
        {
            var item = model.Add(new DbObject(new ObjectAddress("pg_largeobject", Oid(row[0])), Ranks.LargeObject, "LARGE OBJECT", row[0]!));
            item.Add(EntryKind.Definition, $"SELECT pg_catalog.lo_create('{row[0]}')");
            item.Own(row[1]!);
            model.LargeObjects.Add(Oid(row[0]));
        }
    }
}
