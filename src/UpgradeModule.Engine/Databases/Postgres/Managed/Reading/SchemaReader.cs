using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;
using UpgradeModule.Engine.Databases.Postgres.Managed.Writing;
using static UpgradeModule.Engine.Databases.Postgres.Managed.Reading.CatalogueSession;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Reading;

/// <summary>Reads everything that a database holds, and puts it into the order in which it can be made again.</summary>
internal static class SchemaReader
{
    /// <summary>The oldest server that is known.</summary>
    public const int Oldest = 12;

    /// <summary>The newest server that is known.</summary>
    public const int Newest = 18;

    /// <summary>Reads.</summary>
    /// <param name="connection">A session in the dump's snapshot.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The database and its objects in order. What can't be dumped stands in <see cref="SchemaModel.Refusals"/>.</returns>
    public static Task<(SchemaModel Model, IReadOnlyList<DbObject> Objects)> ReadAsync(PostgresConnection connection, CancellationToken cancellationToken) =>
        ReadAsync(new CatalogueSession(connection.Major, sql => connection.QueryAsync(sql, cancellationToken)));

    /// <summary>Reads.</summary>
    /// <param name="session">The session.</param>
    /// <returns>The database and its objects in order. What can't be dumped stands in <see cref="SchemaModel.Refusals"/>.</returns>
    public static async Task<(SchemaModel Model, IReadOnlyList<DbObject> Objects)> ReadAsync(CatalogueSession session)
    {
        var model = new SchemaModel();
        await NamespaceReader.ReadAsync(session, model).ConfigureAwait(false);
        await RelationReader.ReadAsync(session, model).ConfigureAwait(false);
        await RelationObjects.AddAsync(session, model).ConfigureAwait(false);
        await SequenceReader.ReadAsync(session, model).ConfigureAwait(false);
        await TypeReader.ReadAsync(session, model).ConfigureAwait(false);
        await FunctionReader.ReadAsync(session, model).ConfigureAwait(false);
        await IndexReader.ReadAsync(session, model).ConfigureAwait(false);
        await TriggerReader.ReadAsync(session, model).ConfigureAwait(false);
        await PublicationReader.ReadAsync(session, model).ConfigureAwait(false);
        var dependencies = new DependencyReader();
        await dependencies.ReadAsync(session, model).ConfigureAwait(false);
        await CommentReader.ReadAsync(session, model).ConfigureAwait(false);
        await GrantReader.ReadAsync(session, model).ConfigureAwait(false);
        await ConfigurationAsync(session, model).ConfigureAwait(false);
        await dependencies.SweepAsync(session, model).ConfigureAwait(false);
        CheckPlacement.Run(model);
        var scattered = (await session.RowsAsync($"SELECT c.oid, {PostgresReader.ScatteredRoot("c")} FROM pg_class c WHERE c.relispartition AND c.relkind = 'r' AND c.oid >= {FirstOwn}").ConfigureAwait(false)).ToDictionary(row => Oid(row[0]), row => row[1]);
        Tables(model, session.Major, table => scattered.GetValueOrDefault(table.Oid) ?? table.Name);
        Refreshes(model);
        return (model, new DumpOrder(model).Run());
    }

    private static void Tables(SchemaModel model, int major, Func<Relation, string> target)
    {
        var writer = new TableWriter(model, major);
        foreach (var table in model.Relations.Values.Where(relation => relation.Kind is 'r' or 'p' && !relation.IsMember))
        {
            if (model.Find(RelationObjects.Address(table)) is not { } item) continue;
            List<DumpEntry> entries = [.. writer.Write(table).Select(statement => new DumpEntry(EntryKind.Definition, statement))];
            if (table.Tablespace is not null) entries.Add(new DumpEntry(EntryKind.Tablespace, $"ALTER TABLE {table.Name} SET TABLESPACE {table.Tablespace}"));
            item.Entries.InsertRange(0, entries);
            item.Entries.Insert(entries.Count, new DumpEntry(EntryKind.Owner, $"ALTER TABLE {table.Name} OWNER TO {table.Owner}"));
            if (table.Kind == 'r') model.Tables.Add(Data(table, "", target(table), target(table)));
        }

        model.Tables.Sort((left, right) => left.Turn != right.Turn ? left.Turn.CompareTo(right.Turn) : left.Size != right.Size ? right.Size.CompareTo(left.Size) : StringComparer.Ordinal.Compare(left.Name, right.Name));
    }

    private static TableData Data(Relation table, string condition, string? countedAs, string target)
    {
        // What is generated is generated again. The columns are named: dropped ones and other orders don't matter then.
        var columns = table.Columns.Where(column => column.Generated.Length == 0).Select(column => column.Name).ToList();
        return new TableData(table.Oid, table.Name, columns.Count == 0 ? "" : $" ({string.Join(", ", columns)})", condition, table.Size, countedAs, target);
    }

    // Tables in which an extension keeps what its users tell it, and the rows of those that are the users'. They come with their keys, so what they refer to comes first.
    private static async Task ConfigurationAsync(CatalogueSession session, SchemaModel model)
    {
        var tables = new List<(Relation Table, string Condition)>();
        foreach (var row in await session.RowsAsync($"SELECT c.oid, t.condition FROM pg_extension x, unnest(x.extconfig, x.extcondition) t (relation, condition) JOIN pg_class c ON c.oid = t.relation WHERE c.relkind IN ('r', 'S') AND x.oid >= {FirstOwn} ORDER BY 1").ConfigureAwait(false))
        {
            if (!model.Relations.TryGetValue(Oid(row[0]), out var relation)) continue;
            if (relation.Kind == 'S') model.Sequences.Add(relation.Name);
            else tables.Add((relation, row[1] ?? ""));
        }

        if (tables.Count == 0) return;
        var keys = (await session.RowsAsync("SELECT conrelid, confrelid FROM pg_constraint WHERE contype = 'f' AND conrelid <> confrelid").ConfigureAwait(false)).ToLookup(row => Oid(row[0]), row => Oid(row[1]));
        for (var turn = 1; tables.Count > 0; turn++)
        {
            // Where they refer to each other in a circle there is no order that would do.
            var next = Math.Max(0, tables.FindIndex(one => !keys[one.Table.Oid].Any(needed => tables.Exists(other => other.Table.Oid == needed))));
            model.Tables.Add(Data(tables[next].Table, tables[next].Condition, null, tables[next].Table.Name) with { Turn = turn });
            tables.RemoveAt(next);
        }
    }

    private static void Refreshes(SchemaModel model)
    {
        var views = model.Relations.Values.Where(relation => relation.Kind == 'm' && !relation.IsMember).Select(relation => (Relation: relation, Item: model.Find(RelationObjects.Address(relation))!)).ToList();
        var filled = views.Where(view => view.Relation.IsPopulated && !Below(view.Item).Any(item => views.Any(other => other.Item == item && !other.Relation.IsPopulated))).ToList();
        var refreshes = filled.ToDictionary(view => view.Item, view =>
        {
            var item = model.Add(new DbObject(new ObjectAddress("refresh", view.Relation.Oid), Ranks.Refresh, "REFRESH", view.Relation.Name) { Phase = DumpPhase.Last });
            item.Add(EntryKind.Definition, $"REFRESH MATERIALIZED VIEW {view.Relation.Name}");
            return item;
        });
        foreach (var (view, refresh) in refreshes) refresh.Needs.UnionWith(Below(view).Where(refreshes.ContainsKey).Select(item => refreshes[item]));
    }

    private static HashSet<DbObject> Below(DbObject from)
    {
        var seen = new HashSet<DbObject>();
        var open = new Stack<DbObject>(from.Needs);
        while (open.TryPop(out var item))
        {
            if (item == from || !seen.Add(item)) continue;
            foreach (var needed in item.Needs) open.Push(needed);
        }

        return seen;
    }
}
