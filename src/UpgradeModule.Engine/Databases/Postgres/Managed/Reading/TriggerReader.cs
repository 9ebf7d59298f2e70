using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using static UpgradeModule.Engine.Databases.Postgres.Managed.Reading.CatalogueSession;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Reading;

/// <summary>Reads triggers, rules, policies and event triggers.</summary>
internal static class TriggerReader
{
    /// <summary>Reads.</summary>
    /// <param name="session">The session.</param>
    /// <param name="model">What is filled.</param>
    public static async Task ReadAsync(CatalogueSession session, SchemaModel model)
    {
        await TriggersAsync(session, model).ConfigureAwait(false);
        await RulesAsync(session, model).ConfigureAwait(false);
        await PoliciesAsync(session, model).ConfigureAwait(false);
        await EventTriggersAsync(session, model).ConfigureAwait(false);
    }

    private static async Task TriggersAsync(CatalogueSession session, SchemaModel model)
    {
        // Before 13 a partition's trigger is known as its parent's only by what it depends on.
        var parent = session.Major >= 13 ? "nullif(t.tgparentid, 0)" : "(SELECT d.refobjid FROM pg_depend d WHERE d.classid = 'pg_trigger'::regclass AND d.objid = t.oid AND d.refclassid = 'pg_trigger'::regclass LIMIT 1)";
        var rows = await session.RowsAsync($"""
            SELECT t.oid, quote_ident(t.tgname), t.tgrelid, CASE WHEN t.tgisinternal THEN NULL ELSE pg_get_triggerdef(t.oid, false) END, t.tgenabled, {parent}, t.tgisinternal, t.tgconstraint
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE {Own("pg_trigger", "t")} AND c.relpersistence <> 't'
            """).ConfigureAwait(false);
        var byOid = rows.ToDictionary(row => row[0]!);
        foreach (var row in rows)
        {
            if (!model.Relations.TryGetValue(Oid(row[2]), out var table) || (row[6] == "t" && row[5] is null)) continue;
            var original = row[5] is null ? null : byOid.GetValueOrDefault(row[5]!);
            if (row[6] == "t" && (original is null || original[6] == "t" || original[4] == row[4])) continue;
            var item = model.Add(new DbObject(new ObjectAddress("pg_trigger", Oid(row[0])), Ranks.Trigger, "TRIGGER", $"{row[1]} ON {table.Name}") { Phase = DumpPhase.After, Table = table.Name });
            model.Link(item.Address, RelationObjects.Address(table));
            if (row[7] != "0") model.Alias(new ObjectAddress("pg_constraint", Oid(row[7])), item);
            if (row[5] is null) item.Add(EntryKind.Definition, row[3]!);
            else if (model.Find(new ObjectAddress("attach", table.Oid)) is { } place) item.Needs.Add(place);
            // A partition's own switch is only worth a word where it differs.
            if (row[5] is null ? row[4] != "O" : original is not null && original[4] != row[4]) item.Add(EntryKind.Definition, $"ALTER TABLE {table.Name} {Switch(row[4])} TRIGGER {row[1]}");
        }

        foreach (var row in rows.Where(row => row[5] is not null)) model.Link(new ObjectAddress("pg_trigger", Oid(row[0])), new ObjectAddress("pg_trigger", Oid(row[5])));
    }

    private static async Task RulesAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync($"SELECT r.oid, quote_ident(r.rulename), r.ev_class, CASE WHEN r.rulename = '_RETURN' THEN NULL ELSE pg_get_ruledef(r.oid) END, r.ev_enabled FROM pg_rewrite r WHERE {Own("pg_rewrite", "r")}").ConfigureAwait(false);
        foreach (var row in rows)
        {
            if (!model.Relations.TryGetValue(Oid(row[2]), out var table) || model.Find(RelationObjects.Address(table)) is not { } owner) continue;
            var address = new ObjectAddress("pg_rewrite", Oid(row[0]));
            if (row[3] is null)
            {
                model.Alias(address, owner);
                continue;
            }

            var item = model.Add(new DbObject(address, Ranks.Rule, "RULE", $"{row[1]} ON {table.Name}") { Phase = DumpPhase.After, Table = table.Name });
            item.Needs.Add(owner);
            item.Add(EntryKind.Definition, row[3]!.Trim().TrimEnd(';'));
            if (row[4] != "O") item.Add(EntryKind.Definition, $"ALTER TABLE {table.Name} {Switch(row[4])} RULE {row[1]}");
        }
    }

    private static async Task PoliciesAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync($"""
            SELECT p.oid, quote_ident(p.polname), p.polrelid, p.polpermissive, p.polcmd, (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE {Role("r")} END, ', ') FROM unnest(p.polroles) r),
                   pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
            FROM pg_policy p WHERE {Own("pg_policy", "p")}
            """).ConfigureAwait(false);
        foreach (var row in rows)
        {
            if (!model.Relations.TryGetValue(Oid(row[2]), out var table)) continue;
            var item = model.Add(new DbObject(new ObjectAddress("pg_policy", Oid(row[0])), Ranks.Policy, "POLICY", $"{row[1]} ON {table.Name}") { Phase = DumpPhase.After, Table = table.Name });
            model.Link(item.Address, RelationObjects.Address(table));
            var command = row[4] switch { "r" => " FOR SELECT", "a" => " FOR INSERT", "w" => " FOR UPDATE", "d" => " FOR DELETE", _ => "" };
            item.Add(EntryKind.Definition, $"CREATE POLICY {row[1]} ON {table.Name}{(row[3] == "t" ? "" : " AS RESTRICTIVE")}{command} TO {row[5]}{(row[6] is null ? "" : $" USING ({row[6]})")}{(row[7] is null ? "" : $" WITH CHECK ({row[7]})")}");
        }
    }

    private static async Task EventTriggersAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync($"""
            SELECT e.oid, quote_ident(e.evtname), e.evtevent, {Role("e.evtowner")}, e.evtfoid::regproc::text, e.evtenabled, (SELECT string_agg(quote_literal(t), ', ') FROM unnest(e.evttags) t)
            FROM pg_event_trigger e WHERE {Own("pg_event_trigger", "e")}
            """).ConfigureAwait(false);
        foreach (var row in rows)
        {
            var item = model.Add(new DbObject(new ObjectAddress("pg_event_trigger", Oid(row[0])), Ranks.EventTrigger, "EVENT TRIGGER", row[1]!) { Phase = DumpPhase.Last });
            item.Add(EntryKind.Definition, $"CREATE EVENT TRIGGER {row[1]} ON {row[2]}{(row[6] is null ? "" : $" WHEN TAG IN ({row[6]})")} EXECUTE FUNCTION {row[4]}()");
            item.Own(row[3]!);
            if (row[5] != "O") item.Add(EntryKind.Definition, $"ALTER EVENT TRIGGER {row[1]} {Switch(row[5])}");
        }
    }

    private static string Switch(string? state) => state switch { "D" => "DISABLE", "A" => "ENABLE ALWAYS", "R" => "ENABLE REPLICA", _ => "ENABLE" };
}
