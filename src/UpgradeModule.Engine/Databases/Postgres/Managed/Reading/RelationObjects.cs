using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using static UpgradeModule.Engine.Databases.Postgres.Managed.Reading.CatalogueSession;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Reading;

/// <summary>Makes objects of relations: tables yet without their statements, which depend on what the checks need; partitions' places, defaults, checks, views.</summary>
internal static class RelationObjects
{
    /// <summary>Makes them.</summary>
    /// <param name="session">The session.</param>
    /// <param name="model">What is filled.</param>
    public static async Task AddAsync(CatalogueSession session, SchemaModel model)
    {
        foreach (var relation in model.Relations.Values.Where(relation => !relation.IsMember))
        {
            if (relation.Kind is 'r' or 'p') Table(model, relation);
            if (relation.Kind == 'c') Composite(model, relation);
        }

        await ViewsAsync(session, model).ConfigureAwait(false);
        foreach (var relation in model.Relations.Values.Where(relation => !relation.IsMember && model.Find(Address(relation)) is not null))
        {
            var item = model.Find(Address(relation))!;
            if (relation.RowType != 0) model.Alias(new ObjectAddress("pg_type", relation.RowType), item);
            Defaults(model, relation, item);
        }

        // From 18 on NOT NULL is a constraint, which may have a comment.
        foreach (var row in await session.RowsAsync("SELECT k.oid, k.conrelid FROM pg_constraint k WHERE k.contype = 'n' AND k.conrelid <> 0").ConfigureAwait(false))
        {
            if (model.Find(new ObjectAddress("pg_class", Oid(row[1]))) is { } table) model.Alias(new ObjectAddress("pg_constraint", Oid(row[0])), table);
        }
    }

    /// <summary>Where the catalogue has a relation.</summary>
    /// <param name="relation">The relation.</param>
    public static ObjectAddress Address(Relation relation) => new("pg_class", relation.Oid);

    private static void Table(SchemaModel model, Relation table)
    {
        var item = model.Add(new DbObject(Address(table), Ranks.Relation, "TABLE", table.Name));
        foreach (var parent in table.Parents) model.Link(item.Address, new ObjectAddress("pg_class", parent));
        foreach (var check in table.Checks) Check(model, table, item, check);
        if (table.PartitionBound is not null && model.Relations.TryGetValue(table.Parents.FirstOrDefault(), out var root))
        {
            var attach = model.Add(new DbObject(new ObjectAddress("attach", table.Oid), Ranks.Attach, "PARTITION", table.Name));
            attach.Add(EntryKind.Definition, $"ALTER TABLE ONLY {root.Name} ATTACH PARTITION {table.Name} {table.PartitionBound}");
            attach.Needs.Add(item);
            model.Link(attach.Address, Address(root));
        }

        if (!table.RowSecurity && !table.ForceRowSecurity) return;
        var security = model.Add(new DbObject(new ObjectAddress("row security", table.Oid), Ranks.Policy, "ROW SECURITY", table.Name) { Phase = DumpPhase.After, Table = table.Name });
        if (table.RowSecurity) security.Add(EntryKind.Definition, $"ALTER TABLE {table.Name} ENABLE ROW LEVEL SECURITY");
        if (table.ForceRowSecurity) security.Add(EntryKind.Definition, $"ALTER TABLE ONLY {table.Name} FORCE ROW LEVEL SECURITY");
        security.Needs.Add(item);
    }

    private static void Check(SchemaModel model, Relation table, DbObject item, Check check)
    {
        if (!check.IsLocal && !table.IsPartition)
        {
            model.Alias(check.Address, item);
            return;
        }

        var separate = model.Add(new DbObject(check.Address, check.Validated ? Ranks.Check : Ranks.UncheckedCheck, "CONSTRAINT", $"{check.Name} ON {table.Name}") { Phase = check.Validated ? DumpPhase.Before : DumpPhase.After, Table = table.Name });
        separate.Add(EntryKind.Definition, $"ALTER TABLE {table.Name} ADD {check.Clause}");
        separate.Needs.Add(item);
    }

    private static void Composite(SchemaModel model, Relation type)
    {
        var item = model.Add(new DbObject(Address(type), Ranks.Type, "TYPE", type.Name));
        var columns = type.Columns.Select(column => $"{column.Name} {column.Type}{(column.Collation is null ? "" : $" COLLATE {column.Collation}")}").ToList();
        item.Add(EntryKind.Definition, $"CREATE TYPE {type.Name} AS ({string.Join(", ", columns)})");
        item.Own(type.Owner);
    }

    // Always on their own: then a table needs neither its sequences nor the functions of its defaults, and a child has its own defaults only.
    private static void Defaults(SchemaModel model, Relation relation, DbObject item)
    {
        foreach (var column in relation.Columns.Where(column => column.Default != 0))
        {
            var address = new ObjectAddress("pg_attrdef", column.Default);
            if (column.Generated.Length > 0)
            {
                model.Alias(address, item);
                continue;
            }

            var added = model.Add(new DbObject(address, Ranks.Default, "DEFAULT", $"{relation.Name}.{column.Name}"));
            added.Add(EntryKind.Definition, $"ALTER TABLE ONLY {relation.Name} ALTER COLUMN {column.Name} SET DEFAULT {column.Expression}");
            added.Needs.Add(item);
        }
    }

    private static async Task ViewsAsync(CatalogueSession session, SchemaModel model)
    {
        var rows = await session.RowsAsync($"SELECT c.oid, pg_get_viewdef(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND c.relpersistence <> 't' AND {Own("pg_class", "c")} AND {OwnSchema("n")}").ConfigureAwait(false);
        foreach (var row in rows)
        {
            var view = model.Relations[Oid(row[0])];
            var item = model.Add(new DbObject(Address(view), Ranks.Relation, view.Type, view.Name));
            var query = row[1]!.Trim().TrimEnd(';');
            var options = view.Options is null ? "" : $" WITH ({view.Options})";
            if (view.Kind == 'v')
            {
                item.Add(EntryKind.Definition, $"CREATE OR REPLACE VIEW {view.Name}{options} AS\n{query}");
                item.Placeholder = $"CREATE VIEW {view.Name} AS\nSELECT\n    {string.Join(",\n    ", view.Columns.Select(column => $"NULL::{column.Type}{(column.Collation is null ? "" : $" COLLATE {column.Collation}")} AS {column.Name}"))}";
            }
            else
            {
                var method = view.AccessMethod is null ? "" : $" USING {view.AccessMethod}";
                item.Add(EntryKind.Definition, $"CREATE MATERIALIZED VIEW {view.Name}{method}{options} AS\n{query}\nWITH NO DATA");
                if (view.Tablespace is not null) item.Add(EntryKind.Tablespace, $"ALTER MATERIALIZED VIEW {view.Name} SET TABLESPACE {view.Tablespace}");
                foreach (var statement in view.Columns.SelectMany(column => Writing.TableWriter.ColumnSettings(view.Name, column))) item.Add(EntryKind.Definition, statement);
            }

            item.Own(view.Owner);
        }
    }
}
