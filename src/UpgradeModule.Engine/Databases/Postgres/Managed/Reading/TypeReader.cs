using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using static UpgradeModule.Engine.Databases.Postgres.Managed.Reading.CatalogueSession;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Reading;

/// <summary>Reads enums, domains, ranges and types without a definition. Composite types are relations.</summary>
internal static class TypeReader
{
    /// <summary>Reads.</summary>
    /// <param name="session">The session.</param>
    /// <param name="model">What is filled.</param>
    public static async Task ReadAsync(CatalogueSession session, SchemaModel model)
    {
        await EnumsAsync(session, model).ConfigureAwait(false);
        await DomainsAsync(session, model).ConfigureAwait(false);
        await RangesAsync(session, model).ConfigureAwait(false);
        foreach (var row in await session.RowsAsync($"{Select()} WHERE t.typtype = 'p' AND NOT t.typisdefined AND {Own("pg_type", "t")} AND {OwnSchema("n")}").ConfigureAwait(false)) Type(model, row, "TYPE", $"CREATE TYPE {row[1]}");
        // An array belongs to its element, a row type to its table, a multirange to its range.
        foreach (var row in await session.RowsAsync($"SELECT t.oid, t.typelem, t.typrelid FROM pg_type t WHERE t.oid >= {FirstOwn} AND (t.typrelid <> 0 OR (t.typelem <> 0 AND t.typlen = -1 AND EXISTS (SELECT FROM pg_type b WHERE b.typarray = t.oid)))").ConfigureAwait(false))
        {
            if (row[2] != "0" && model.Find(new ObjectAddress("pg_class", Oid(row[2]))) is { } relation) model.Alias(new ObjectAddress("pg_type", Oid(row[0])), relation);
        }

        foreach (var row in await session.RowsAsync($"SELECT b.typarray, b.oid FROM pg_type b WHERE b.typarray >= {FirstOwn}").ConfigureAwait(false))
        {
            if (model.Find(new ObjectAddress("pg_type", Oid(row[1]))) is { } element) model.Alias(new ObjectAddress("pg_type", Oid(row[0])), element);
        }
    }

    private static string Select(string columns = "", string join = "") => $"SELECT t.oid, format('%I.%I', n.nspname, t.typname), {Role("t.typowner")}{columns} FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace {join}";

    private static DbObject Type(SchemaModel model, IReadOnlyList<string?> row, string type, string sql)
    {
        var item = model.Add(new DbObject(new ObjectAddress("pg_type", Oid(row[0])), Ranks.Type, type, row[1]!));
        item.Add(EntryKind.Definition, sql);
        item.Own(row[2]!);
        return item;
    }

    private static async Task EnumsAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync(Select(", (SELECT string_agg(quote_literal(l.enumlabel), ', ' ORDER BY l.enumsortorder) FROM pg_enum l WHERE l.enumtypid = t.oid)") + $" WHERE t.typtype = 'e' AND {Own("pg_type", "t")} AND {OwnSchema("n")}").ConfigureAwait(false);
        foreach (var row in rows) Type(model, row, "TYPE", $"CREATE TYPE {row[1]} AS ENUM ({row[3]})");
    }

    private static async Task DomainsAsync(CatalogueSession session, SchemaModel model)
    {
        var notNull = session.Major >= 17 ? "(SELECT format(' CONSTRAINT %I NOT NULL', k.conname) FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'n')" : "NULL::text";
        var columns = $"""
            , format_type(t.typbasetype, t.typtypmod), (SELECT format(' COLLATE %I.%I', cn.nspname, c.collname) FROM pg_collation c JOIN pg_namespace cn ON cn.oid = c.collnamespace JOIN pg_type b ON b.oid = t.typbasetype
            WHERE c.oid = t.typcollation AND t.typcollation <> b.typcollation), coalesce(pg_get_expr(t.typdefaultbin, 'pg_type'::regclass), quote_literal(t.typdefault)), t.typnotnull, {notNull}
            """;
        var checks = (await session.RowsAsync("SELECT k.contypid, k.oid, quote_ident(k.conname), pg_get_constraintdef(k.oid), k.convalidated FROM pg_constraint k WHERE k.contypid <> 0 AND k.contype = 'c' ORDER BY k.conname").ConfigureAwait(false)).ToLookup(row => row[0]);
        var constraints = session.Major >= 17 ? (await session.RowsAsync("SELECT k.contypid, k.oid FROM pg_constraint k WHERE k.contypid <> 0 AND k.contype = 'n'").ConfigureAwait(false)).ToLookup(row => row[0]) : null;
        foreach (var row in await session.RowsAsync(Select(columns) + $" WHERE t.typtype = 'd' AND {Own("pg_type", "t")} AND {OwnSchema("n")}").ConfigureAwait(false))
        {
            var item = Type(model, row, "DOMAIN", $"CREATE DOMAIN {row[1]} AS {row[3]}{row[4]}{(row[5] is null ? "" : $" DEFAULT {row[5]}")}{(row[6] == "t" ? row[7] ?? " NOT NULL" : "")}");
            // It may have a comment.
            foreach (var constraint in constraints?[row[0]] ?? []) model.Alias(new ObjectAddress("pg_constraint", Oid(constraint[1])), item);
            foreach (var check in checks[row[0]].Select(found => new Check(Oid(found[1]), found[2]!, found[3]!, IsLocal: true, found[4] == "t")))
            {
                // On its own: a check may call a function that takes the domain.
                var added = model.Add(new DbObject(check.Address, check.Validated ? Ranks.DomainCheck : Ranks.UncheckedCheck, "CONSTRAINT", $"{check.Name} ON DOMAIN {row[1]}") { Phase = check.Validated ? DumpPhase.Before : DumpPhase.After });
                added.Add(EntryKind.Definition, $"ALTER DOMAIN {row[1]} ADD {check.Clause}");
                added.Needs.Add(item);
            }
        }

        foreach (var row in await session.RowsAsync("SELECT k.oid, k.contypid FROM pg_constraint k WHERE k.contypid <> 0 AND k.contype = 'n'").ConfigureAwait(false))
        {
            if (model.Find(new ObjectAddress("pg_type", Oid(row[1]))) is { } domain) model.Alias(new ObjectAddress("pg_constraint", Oid(row[0])), domain);
        }
    }

    private static async Task RangesAsync(CatalogueSession session, SchemaModel model)
    {
        var multirange = session.Major >= 14 ? "r.rngmultitypid::regtype::text, r.rngmultitypid" : "NULL::text, NULL::text";
        var columns = $"""
            , format_type(r.rngsubtype, NULL), {multirange}, CASE WHEN o.opcdefault THEN NULL ELSE format('%I.%I', opn.nspname, o.opcname) END,
            (SELECT format('%I.%I', cn.nspname, c.collname) FROM pg_collation c JOIN pg_namespace cn ON cn.oid = c.collnamespace JOIN pg_type s ON s.oid = r.rngsubtype WHERE c.oid = r.rngcollation AND r.rngcollation <> s.typcollation),
            nullif(r.rngcanonical::oid, 0)::regproc::text, nullif(r.rngsubdiff::oid, 0)::regproc::text
            """;
        const string Join = "JOIN pg_range r ON r.rngtypid = t.oid JOIN pg_opclass o ON o.oid = r.rngsubopc JOIN pg_namespace opn ON opn.oid = o.opcnamespace";
        foreach (var row in await session.RowsAsync(Select(columns, Join) + $" WHERE t.typtype = 'r' AND {Own("pg_type", "t")} AND {OwnSchema("n")}").ConfigureAwait(false))
        {
            (string Name, string? Value)[] options = [("subtype", row[3]), ("multirange_type_name", row[4]), ("subtype_opclass", row[6]), ("collation", row[7]), ("canonical", row[8]), ("subtype_diff", row[9])];
            var item = Type(model, row, "TYPE", $"CREATE TYPE {row[1]} AS RANGE ({string.Join(", ", options.Where(option => option.Value is not null).Select(option => $"{option.Name} = {option.Value}"))})");
            if (row[5] is { } other) model.Alias(new ObjectAddress("pg_type", Oid(other)), item);
            if (row[8] is not null) model.Refusals.Add($"the range {row[1]}, which has a function that makes its values canonical");
        }
    }
}
