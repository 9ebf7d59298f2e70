using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using static UpgradeModule.Engine.Databases.Postgres.Managed.Reading.CatalogueSession;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Reading;

/// <summary>Reads what needs what, and makes sure that nothing is left out.</summary>
internal sealed class DependencyReader
{
    private readonly Dictionary<ObjectAddress, List<ObjectAddress>> _partOf = [];

    /// <summary>Reads what needs what.</summary>
    /// <param name="session">The session.</param>
    /// <param name="model">What is filled.</param>
    public async Task ReadAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync($"SELECT classid::regclass::text, objid, refclassid::regclass::text, refobjid, deptype FROM pg_depend WHERE objid >= {FirstOwn} AND deptype IN ('n', 'a', 'i', 'P', 'S', 'x')").ConfigureAwait(false);
        foreach (var row in rows)
        {
            var item = new ObjectAddress(row[0]!, Oid(row[1]));
            var needed = new ObjectAddress(row[2]!, Oid(row[3]));
            if (row[4] is "a" or "i" or "P" or "S")
            {
                if (!_partOf.TryGetValue(item, out var owners)) _partOf[item] = owners = [];
                owners.Add(needed);
            }

            // What an extension has is there when the extension is.
            model.Link(item, model.ExtensionOf(needed) ?? needed);
            // A view's placeholder needs its columns' types alone, and those not for its query's sake.
            if (item.Catalog == "pg_class" && model.Find(item) is { Placeholder: not null } view && model.Find(needed) is { } type && type != view && row[4] == "n") view.PlaceholderNeeds.Add(type);
        }
    }

    /// <summary>Refuses what is there and is no part of anything that was read.</summary>
    /// <param name="session">The session.</param>
    /// <param name="model">What was read.</param>
    public async Task SweepAsync(CatalogueSession session, SchemaModel model)
    {
        var namespaces = session.Major >= 15 ? " UNION ALL SELECT 'pg_publication_namespace', oid FROM pg_publication_namespace" : "";
        string[] plain = ["pg_operator", "pg_opclass", "pg_opfamily", "pg_amop", "pg_amproc", "pg_cast", "pg_collation", "pg_conversion", "pg_ts_config", "pg_ts_dict", "pg_ts_parser", "pg_ts_template", "pg_foreign_data_wrapper", "pg_foreign_server", "pg_language", "pg_am", "pg_transform", "pg_event_trigger", "pg_publication", "pg_publication_rel", "pg_statistic_ext", "pg_default_acl", "pg_extension", "pg_proc"];
        var everything = string.Join(" UNION ALL ", plain.Select(catalogue => $"SELECT '{catalogue}' AS catalogue, oid FROM {catalogue}")) + namespaces + """
             UNION ALL SELECT 'pg_user_mapping', umid FROM pg_user_mappings
             UNION ALL SELECT 'pg_subscription', subdbid FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
             UNION ALL SELECT 'pg_namespace', oid FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp|toast_temp)'
             UNION ALL SELECT 'pg_class', c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relpersistence <> 't' AND n.nspname !~ '^pg_toast'
             UNION ALL SELECT 'pg_type', t.oid FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname !~ '^pg_(toast|temp|toast_temp)'
             UNION ALL SELECT 'pg_constraint', k.oid FROM pg_constraint k LEFT JOIN pg_class c ON c.oid = k.conrelid WHERE c.relpersistence IS DISTINCT FROM 't' AND k.contype <> 'n'
             UNION ALL SELECT 'pg_attrdef', d.oid FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid WHERE c.relpersistence <> 't'
             UNION ALL SELECT 'pg_trigger', t.oid FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relpersistence <> 't' AND NOT t.tgisinternal
             UNION ALL SELECT 'pg_rewrite', r.oid FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relpersistence <> 't'
             UNION ALL SELECT 'pg_policy', p.oid FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relpersistence <> 't'
            """;
        var left = new List<ObjectAddress>();
        foreach (var row in await session.RowsAsync($"SELECT s.catalogue, s.oid FROM ({everything}) s WHERE s.oid >= {FirstOwn}").ConfigureAwait(false))
        {
            var address = new ObjectAddress(row[0]!, Oid(row[1]));
            if (model.Find(address) is null && !IsOfExtension(model, address, [])) left.Add(address);
        }

        foreach (var address in left.Where(address => !IsPartOf(address, left, [])))
        {
            var text = address.Catalog == "pg_subscription" ? "a subscription" : (await session.RowsAsync($"SELECT pg_describe_object('{address.Catalog}'::regclass, {address.Oid}, 0)").ConfigureAwait(false))[0][0];
            model.Refusals.Add(text ?? address.ToString());
        }

        foreach (var row in await session.RowsAsync($"SELECT DISTINCT pg_describe_object(classoid, objoid, objsubid) FROM pg_seclabel WHERE objoid >= {FirstOwn} OR classoid IN ('pg_largeobject'::regclass, 'pg_namespace'::regclass) UNION SELECT pg_describe_object(classoid, objoid, 0) FROM pg_shseclabel WHERE classoid = 'pg_database'::regclass AND objoid = (SELECT oid FROM pg_database WHERE datname = current_database())").ConfigureAwait(false)) model.Refusals.Add($"the security label of {row[0]}");
    }

    private bool IsOfExtension(SchemaModel model, ObjectAddress address, HashSet<ObjectAddress> seen) =>
        model.IsMember(address) || (seen.Add(address) && _partOf.TryGetValue(address, out var owners) && owners.Any(owner => IsOfExtension(model, owner, seen)));

    private bool IsPartOf(ObjectAddress address, List<ObjectAddress> others, HashSet<ObjectAddress> seen) =>
        seen.Add(address) && _partOf.TryGetValue(address, out var owners) && owners.Any(owner => owner != address && (others.Contains(owner) || IsPartOf(owner, others, seen)));
}
