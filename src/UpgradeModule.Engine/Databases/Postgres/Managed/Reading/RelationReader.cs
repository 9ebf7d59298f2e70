using System.Globalization;
using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using static UpgradeModule.Engine.Databases.Postgres.Managed.Reading.CatalogueSession;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Reading;

/// <summary>Reads tables, views, sequences and composite types with their columns, checks and parents. Statements are made of them elsewhere.</summary>
internal static class RelationReader
{
    /// <summary>Reads. Tables of extensions come as well, without objects: their rows may be a user's.</summary>
    /// <param name="session">The session.</param>
    /// <param name="model">What is filled.</param>
    public static async Task ReadAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync($"""
            SELECT c.oid, c.relkind, format('%I.%I', n.nspname, c.relname), {Role("c.relowner")}, c.relpersistence, c.relispartition,
                   concat_ws(', ', {Options("c.reloptions")}, {Options("tt.reloptions", "toast.")}), CASE WHEN a.amname <> 'heap' THEN quote_ident(a.amname) END, quote_ident(s.spcname),
                   CASE WHEN c.reloftype <> 0 THEN c.reloftype::regtype::text END, c.relrowsecurity, c.relforcerowsecurity, c.relreplident, c.relispopulated,
                   CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END, pg_get_expr(c.relpartbound, c.oid), CASE WHEN c.relkind IN ('r', 'm') THEN pg_table_size(c.oid) ELSE 0 END, c.reltype
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_am a ON a.oid = c.relam LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace LEFT JOIN pg_class tt ON tt.oid = c.reltoastrelid
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'c') AND c.relpersistence <> 't' AND c.oid >= {FirstOwn} AND {OwnSchema("n")}
            """).ConfigureAwait(false);
        foreach (var row in rows)
        {
            var oid = Oid(row[0]);
            model.Relations[oid] = new Relation
            {
                Oid = oid,
                Kind = row[1]![0],
                Name = row[2]!,
                Owner = row[3]!,
                Persistence = row[4]![0],
                IsPartition = row[5] == "t",
                Options = row[6] is { Length: > 0 } options ? options : null,
                AccessMethod = row[7],
                Tablespace = row[8],
                OfType = row[9],
                RowSecurity = row[10] == "t",
                ForceRowSecurity = row[11] == "t",
                ReplicaIdentity = row[12]![0],
                IsPopulated = row[13] == "t",
                PartitionKey = row[14],
                PartitionBound = row[15],
                Size = long.Parse(row[16] ?? "0", CultureInfo.InvariantCulture),
                RowType = Oid(row[17]),
                IsMember = model.IsMember(new ObjectAddress("pg_class", oid)),
            };
        }

        await ColumnsAsync(session, model).ConfigureAwait(false);
        await ParentsAsync(session, model).ConfigureAwait(false);
        await ChecksAsync(session, model).ConfigureAwait(false);
    }

    private static async Task ColumnsAsync(CatalogueSession session, SchemaModel model)
    {
        var compression = session.Major >= 14 ? "CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END" : "NULL::text";
        // A target that was never set was -1 before it was NULL.
        var rows = await session.RowsAsync($"""
            SELECT a.attrelid, a.attnum, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), (SELECT format('%I.%I', cn.nspname, l.collname) FROM pg_collation l JOIN pg_namespace cn ON cn.oid = l.collnamespace WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation),
                   a.attnotnull, coalesce(d.oid, 0), pg_get_expr(d.adbin, d.adrelid), a.attgenerated, a.attidentity, a.attislocal,
                   CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN' ELSE 'EXTENDED' END END, {compression}, nullif(a.attstattarget, -1), {Options("a.attoptions")}
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'c') AND c.relpersistence <> 't' AND c.oid >= {FirstOwn} AND {OwnSchema("n")} ORDER BY a.attrelid, a.attnum
            """).ConfigureAwait(false);
        var named = session.Major >= 18 ? await NotNullsAsync(session).ConfigureAwait(false) : [];
        foreach (var row in rows)
        {
            if (!model.Relations.TryGetValue(Oid(row[0]), out var relation)) continue;
            named.TryGetValue((row[0]!, row[1]!), out var notNull);
            if (notNull is { Validated: false }) model.Refusals.Add($"the constraint {notNull.Clause} of {relation.Name}.{row[2]}, which isn't valid for all rows");
            relation.Columns.Add(new Column
            {
                Number = int.Parse(row[1]!, CultureInfo.InvariantCulture),
                Name = row[2]!,
                Type = row[3]!,
                Collation = row[4],
                NotNull = row[5] == "t",
                NotNullClause = notNull?.Clause ?? "NOT NULL",
                NotNullOfTable = notNull?.OfTable,
                NotNullLocal = notNull?.IsLocal ?? true,
                Default = Oid(row[6]),
                Expression = row[7],
                Generated = row[8]!.Trim('\0', ' '),
                Identity = row[9]!.Trim('\0', ' '),
                IsLocal = row[10] == "t",
                Storage = row[11],
                Compression = row[12],
                Statistics = row[13],
                Options = row[14],
            });
        }
    }

    // From 18 on NOT NULL is a constraint with a name, and may be inherited, not for children, or not checked yet.
    private static async Task<Dictionary<(string Table, string Column), NotNull>> NotNullsAsync(CatalogueSession session)
    {
        var rows = await session.RowsAsync("SELECT k.conrelid, k.conkey[1], format('CONSTRAINT %I NOT NULL', k.conname), CASE WHEN k.connoinherit THEN ' NO INHERIT' ELSE '' END, k.conislocal, k.convalidated, quote_ident(a.attname) FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] WHERE k.contype = 'n' AND k.conrelid <> 0").ConfigureAwait(false);
        return rows.ToDictionary(row => (row[0]!, row[1]!), row => new NotNull(row[2]! + row[3], $"{row[2]} {row[6]}{row[3]}", row[4] == "t", row[5] == "t"));
    }

    private static async Task ParentsAsync(CatalogueSession session, SchemaModel model)
    {
        var pending = session.Major >= 14 ? "i.inhdetachpending" : "false";
        foreach (var row in await session.RowsAsync($"SELECT i.inhrelid, i.inhparent, {pending} FROM pg_inherits i ORDER BY i.inhrelid, i.inhseqno").ConfigureAwait(false))
        {
            if (!model.Relations.TryGetValue(Oid(row[0]), out var child) || !model.Relations.ContainsKey(Oid(row[1]))) continue;
            child.Parents.Add(Oid(row[1]));
            if (row[2] == "t") model.Refusals.Add($"the partition {child.Name}, which is being detached");
        }
    }

    private static async Task ChecksAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync("SELECT k.conrelid, k.oid, quote_ident(k.conname), pg_get_constraintdef(k.oid), k.conislocal, k.convalidated FROM pg_constraint k WHERE k.contype = 'c' AND k.conrelid <> 0 ORDER BY k.conname").ConfigureAwait(false);
        foreach (var row in rows)
        {
            // From 18 on a check that is not enforced was never validated and can stand with its table.
            if (model.Relations.TryGetValue(Oid(row[0]), out var relation)) relation.Checks.Add(new Check(Oid(row[1]), row[2]!, row[3]!, row[4] == "t", row[5] == "t" || row[3]!.EndsWith("NOT ENFORCED", StringComparison.Ordinal)));
        }
    }

    private sealed record NotNull(string Clause, string OfTable, bool IsLocal, bool Validated);
}
