using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using static UpgradeModule.Engine.Databases.Postgres.Managed.Reading.CatalogueSession;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Reading;

/// <summary>Reads grants: of objects and columns, of what the server and extensions brought where they were changed, and default ones.</summary>
internal static class GrantReader
{
    private const string Exploded = "a.grantor = o.owner, quote_ident(pg_get_userbyid(a.grantor)), CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END, a.privilege_type, a.is_grantable";

    /// <summary>Reads.</summary>
    /// <param name="session">The session.</param>
    /// <param name="model">What is filled.</param>
    public static async Task ReadAsync(CatalogueSession session, SchemaModel model)
    {
        // Revoked whole and granted again in the order of the list: then the list is the same again.
        var rows = await session.RowsAsync($"""
            WITH o AS ({Objects}), init AS (SELECT classoid, objoid, initprivs FROM pg_init_privs WHERE objsubid = 0)
            SELECT o.catalogue, o.oid, o.target, quote_ident(pg_get_userbyid(o.owner)), {Exploded} FROM o LEFT JOIN init i ON i.classoid = o.catalogue::regclass AND i.objoid = o.oid LEFT JOIN LATERAL aclexplode(o.acl) WITH ORDINALITY a ON true
            WHERE o.acl IS NOT NULL AND {Sorted("o.acl")} IS DISTINCT FROM {Sorted("coalesce(i.initprivs, o.usual)")} ORDER BY o.catalogue, o.oid, a.ordinality
            """).ConfigureAwait(false);
        foreach (var group in rows.GroupBy(row => (row[0], row[1])))
        {
            var (target, owner) = (group.First()[2]!, group.First()[3]!);
            var address = new ObjectAddress(group.Key.Item1!, Oid(group.Key.Item2));
            if (model.IsMember(address) || model.Find(address) is not { } item) continue;
            List<string> statements = [$"REVOKE ALL ON {target} FROM PUBLIC", $"REVOKE ALL ON {target} FROM {owner}", .. Grants(group, target, "")];
            Add(model, new ObjectAddress("grants of " + address.Catalog, address.Oid), item.ToString(), statements);
        }

        await ChangedAsync(session, model).ConfigureAwait(false);
        await ColumnsAsync(session, model).ConfigureAwait(false);
        await DefaultsAsync(session, model).ConfigureAwait(false);
    }

    // Where nothing but the usual is granted there is no list. The information schema is made with its grants, which are noted nowhere; pg_dump passes it over too.
    private static string Objects { get; } = $"""
        SELECT 'pg_class' AS catalogue, c.oid, CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || format('%I.%I', n.nspname, c.relname) AS target, c.relowner AS owner, c.relacl AS acl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner) AS usual
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.relpersistence <> 't' AND n.nspname <> 'information_schema'
        UNION ALL SELECT 'pg_proc', p.oid, CASE p.prokind WHEN 'p' THEN 'PROCEDURE ' ELSE 'FUNCTION ' END || CASE WHEN pn.nspname = 'pg_catalog' THEN 'pg_catalog.' ELSE '' END || p.oid::regprocedure::text, p.proowner, p.proacl, acldefault('f', p.proowner) FROM pg_proc p JOIN pg_namespace pn ON pn.oid = p.pronamespace WHERE pn.nspname <> 'information_schema'
        UNION ALL SELECT 'pg_namespace', s.oid, 'SCHEMA ' || quote_ident(s.nspname), s.nspowner, s.nspacl, acldefault('n', s.nspowner) FROM pg_namespace s WHERE s.nspname <> 'information_schema' AND s.nspname !~ '^pg_(toast|temp)'
        UNION ALL SELECT 'pg_type', t.oid, 'TYPE ' || format('%I.%I', tn.nspname, t.typname), t.typowner, t.typacl, acldefault('T', t.typowner) FROM pg_type t JOIN pg_namespace tn ON tn.oid = t.typnamespace WHERE tn.nspname <> 'information_schema'
        UNION ALL SELECT 'pg_language', l.oid, 'LANGUAGE ' || quote_ident(l.lanname), l.lanowner, l.lanacl, acldefault('l', l.lanowner) FROM pg_language l
        UNION ALL SELECT 'pg_largeobject', g.oid, 'LARGE OBJECT ' || g.oid, g.lomowner, g.lomacl, acldefault('L', g.lomowner) FROM pg_largeobject_metadata g
        """;

    private static string Sorted(string acl) => $"(SELECT array_agg(x::text ORDER BY x::text) FROM unnest({acl}) x)";

    // Schemas first: who hands on a right must be let in to where it is.
    private static void Add(SchemaModel model, ObjectAddress address, string of, IEnumerable<string> statements) =>
        model.Add(new DbObject(address, address.Catalog == "grants of pg_namespace" ? Ranks.Grant - 1 : Ranks.Grant, "GRANTS", of) { Phase = DumpPhase.Grants }).Add(EntryKind.Grant, string.Join(";\n", statements));

    // Grants of one list, neighbours with the same hands together. Who handed on a right that was granted to them must hand it on again.
    private static IEnumerable<string> Grants(IEnumerable<IReadOnlyList<string?>> rows, string target, string columns, string prefix = "")
    {
        var grants = new List<(string? Grantor, string Grantee, bool Grantable, List<string> Rights)>();
        foreach (var row in rows.Where(row => row[7] is not null))
        {
            var (grantor, grantee, grantable) = (row[4] == "t" ? null : row[5], row[6]!, row[8] == "t");
            if (grants.Count > 0 && grants[^1] is var last && last.Grantor == grantor && last.Grantee == grantee && last.Grantable == grantable) last.Rights.Add(row[7]! + columns);
            else grants.Add((grantor, grantee, grantable, [row[7]! + columns]));
        }

        foreach (var (grantor, grantee, grantable, rights) in grants)
        {
            if (grantor is not null) yield return $"SET SESSION AUTHORIZATION {grantor}";
            yield return $"{prefix}GRANT {string.Join(", ", rights)} ON {target} TO {grantee}{(grantable ? " WITH GRANT OPTION" : "")}";
            if (grantor is not null) yield return "RESET SESSION AUTHORIZATION";
        }
    }

    // The server makes these, an extension those, with the grants that they come with: only what was changed since is said.
    private static async Task ChangedAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync($"""
            WITH o AS ({Objects}), c AS (SELECT o.*, coalesce(i.initprivs, o.usual) AS base FROM o LEFT JOIN pg_init_privs i ON i.classoid = o.catalogue::regclass AND i.objoid = o.oid AND i.objsubid = 0 WHERE o.acl IS NOT NULL AND o.acl IS DISTINCT FROM coalesce(i.initprivs, o.usual)),
            d AS (SELECT c.catalogue, c.oid, true AS added, x.* FROM c, LATERAL (SELECT * FROM aclexplode(c.acl) EXCEPT SELECT * FROM aclexplode(c.base)) x
                  UNION ALL SELECT c.catalogue, c.oid, false, x.* FROM c, LATERAL (SELECT * FROM aclexplode(c.base) EXCEPT SELECT * FROM aclexplode(c.acl)) x)
            SELECT o.catalogue, o.oid, o.target, a.added, {Exploded} FROM d a JOIN o ON o.catalogue = a.catalogue AND o.oid = a.oid ORDER BY o.catalogue, o.oid, a.added, a.grantee, a.privilege_type
            """).ConfigureAwait(false);
        foreach (var group in rows.GroupBy(row => (row[0], row[1])))
        {
            var address = new ObjectAddress(group.Key.Item1!, Oid(group.Key.Item2));
            if (model.Find(address) is not null && !model.IsMember(address)) continue;
            if (address.Oid >= 16384 && !model.IsMember(address)) continue;
            var target = group.First()[2]!;
            List<string> statements = [.. group.Where(row => row[3] == "f").Select(row => $"REVOKE {row[7]} ON {target} FROM {row[6]}"), .. Grants(group.Where(row => row[3] == "t"), target, "")];
            Add(model, new ObjectAddress("grants of " + address.Catalog, address.Oid), target, statements);
        }
    }

    private static async Task ColumnsAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync($"""
            WITH o AS (SELECT c.oid, 'TABLE ' || format('%I.%I', n.nspname, c.relname) AS target, c.relowner AS owner, quote_ident(t.attname) AS col, t.attacl AS acl, t.attnum
                       FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_init_privs i ON i.classoid = 'pg_class'::regclass AND i.objoid = c.oid AND i.objsubid = t.attnum
                       WHERE t.attacl IS NOT NULL AND NOT t.attisdropped AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND t.attacl IS DISTINCT FROM i.initprivs)
            SELECT o.oid, o.attnum, o.target, o.col, {Exploded} FROM o, aclexplode(o.acl) WITH ORDINALITY a ORDER BY o.oid, o.attnum, a.ordinality
            """).ConfigureAwait(false);
        foreach (var group in rows.GroupBy(row => (row[0], row[1])))
        {
            var first = group.First();
            var item = model.Add(new DbObject(new ObjectAddress($"grants of column {group.Key.Item2}", Oid(group.Key.Item1)), Ranks.Grant + 1, "GRANTS", $"{first[2]}.{first[3]}") { Phase = DumpPhase.Grants });
            item.Add(EntryKind.Grant, string.Join(";\n", Grants(group, first[2]!, $" ({first[3]})")));
        }
    }

    private static async Task DefaultsAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync($"""
            WITH o AS (SELECT d.oid, d.defaclrole AS owner, quote_ident(n.nspname) AS nsp, d.defaclobjtype AS type, d.defaclacl AS acl FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace)
            SELECT o.oid, quote_ident(pg_get_userbyid(o.owner)), o.nsp, o.type, {Exploded} FROM o LEFT JOIN LATERAL aclexplode(o.acl) WITH ORDINALITY a ON true ORDER BY o.oid, a.ordinality
            """).ConfigureAwait(false);
        foreach (var group in rows.GroupBy(row => row[0]))
        {
            var (role, schema) = (group.First()[1]!, group.First()[2]);
            var target = group.First()[3] switch { "S" => "SEQUENCES", "f" => "FUNCTIONS", "T" => "TYPES", "n" => "SCHEMAS", "L" => "LARGE OBJECTS", _ => "TABLES" };
            var prefix = $"ALTER DEFAULT PRIVILEGES FOR ROLE {role}{(schema is null ? "" : $" IN SCHEMA {schema}")} ";
            // Those of a schema come on top of the others, which replace the usual ones.
            List<string> statements = schema is null ? [$"{prefix}REVOKE ALL ON {target} FROM PUBLIC", $"{prefix}REVOKE ALL ON {target} FROM {role}"] : [];
            statements.AddRange(Grants(group, target, "", prefix).Where(statement => statement.StartsWith("ALTER", StringComparison.Ordinal)));
            Add(model, new ObjectAddress("pg_default_acl", Oid(group.Key)), $"default grants of {role} on {target.ToLowerInvariant()}", statements);
        }
    }
}
