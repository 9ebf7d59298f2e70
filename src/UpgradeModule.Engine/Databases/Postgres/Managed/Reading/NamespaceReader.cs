using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using static UpgradeModule.Engine.Databases.Postgres.Managed.Reading.CatalogueSession;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Reading;

/// <summary>Reads schemas, extensions with their members, and collations.</summary>
internal static class NamespaceReader
{
    /// <summary>Reads.</summary>
    /// <param name="session">The session.</param>
    /// <param name="model">What is filled.</param>
    public static async Task ReadAsync(CatalogueSession session, SchemaModel model)
    {
        foreach (var row in await session.RowsAsync("SELECT classid::regclass::text, objid, refobjid FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass").ConfigureAwait(false)) model.AddMember(new ObjectAddress(row[0]!, Oid(row[1])), new ObjectAddress("pg_extension", Oid(row[2])));
        await SchemasAsync(session, model).ConfigureAwait(false);
        await ExtensionsAsync(session, model).ConfigureAwait(false);
        await CollationsAsync(session, model).ConfigureAwait(false);
    }

    private static async Task SchemasAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync($"SELECT n.oid, quote_ident(n.nspname), {Role("n.nspowner")}, n.nspname, n.nspowner = 10 FROM pg_namespace n WHERE {OwnSchema("n")} AND {NotMember("pg_namespace", "n")}").ConfigureAwait(false);
        foreach (var row in rows)
        {
            var item = model.Add(new DbObject(new ObjectAddress("pg_namespace", Oid(row[0])), Ranks.Schema, "SCHEMA", row[1]!));
            if (row[3] != "public")
            {
                item.Add(EntryKind.Definition, $"CREATE SCHEMA {row[1]}");
                item.Own(row[2]!);
            }
            else if (session.Major >= 15 ? row[2] != "pg_database_owner" : row[4] != "t")
            {
                item.Own(row[2]!);
            }
        }

        // Every new database has this one.
        if (rows.All(row => row[3] != "public")) model.Add(new DbObject(new ObjectAddress("pg_namespace", 0), Ranks.Schema, "SCHEMA", "public")).Add(EntryKind.Definition, "DROP SCHEMA IF EXISTS public");
    }

    private static async Task ExtensionsAsync(CatalogueSession session, SchemaModel model)
    {
        foreach (var row in await session.RowsAsync($"SELECT x.oid, quote_ident(x.extname), quote_ident(n.nspname) FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace WHERE x.oid >= {FirstOwn}").ConfigureAwait(false))
        {
            // An extension that makes its own schema can't be told where to go before that is there.
            model.Add(new DbObject(new ObjectAddress("pg_extension", Oid(row[0])), Ranks.Extension, "EXTENSION", row[1]!)).Add(EntryKind.Definition, $"CREATE EXTENSION IF NOT EXISTS {row[1]} WITH SCHEMA {row[2]}");
        }
    }

    private static async Task CollationsAsync(CatalogueSession session, SchemaModel model)
    {
        var locale = session.Major >= 17 ? "c.colllocale" : session.Major >= 15 ? "c.colliculocale" : "NULL::text";
        var rules = session.Major >= 16 ? "c.collicurules" : "NULL::text";
        var rows = await session.RowsAsync($"""
            SELECT c.oid, format('%I.%I', n.nspname, c.collname), {Role("c.collowner")}, c.collprovider, quote_literal(c.collcollate), quote_literal(c.collctype), quote_literal({locale}), quote_literal({rules}), c.collisdeterministic
            FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace WHERE {Own("pg_collation", "c")} AND {OwnSchema("n")}
            """).ConfigureAwait(false);
        foreach (var row in rows)
        {
            List<string> options = [$"provider = {row[3] switch { "i" => "icu", "b" => "builtin", "d" => "default", _ => "libc" }}"];
            if (row[8] == "f") options.Add("deterministic = false");
            if ((row[6] ?? (row[4] == row[5] ? row[4] : null)) is { } both) options.Add($"locale = {both}");
            else options.AddRange([$"lc_collate = {row[4]}", $"lc_ctype = {row[5]}"]);
            if (row[7] is { } given) options.Add($"rules = {given}");
            var item = model.Add(new DbObject(new ObjectAddress("pg_collation", Oid(row[0])), Ranks.Collation, "COLLATION", row[1]!));
            item.Add(EntryKind.Definition, $"CREATE COLLATION {row[1]} ({string.Join(", ", options)})");
            item.Own(row[2]!);
        }
    }
}
