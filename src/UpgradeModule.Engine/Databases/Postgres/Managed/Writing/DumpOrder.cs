using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Writing;

/// <summary>Puts objects into an order in which each finds what it needs. Circles are broken at views, which get a placeholder first.</summary>
/// <param name="model">The database.</param>
internal sealed class DumpOrder(SchemaModel model)
{
    /// <summary>Orders.</summary>
    /// <returns>The objects, phase by phase. What stands in a circle that can't be broken is added to the refusals.</returns>
    public IReadOnlyList<DbObject> Run()
    {
        Postpone();
        var ordered = new List<DbObject>(model.Objects.Count);
        var done = new HashSet<DbObject>();
        foreach (var phase in Enum.GetValues<DumpPhase>()) Sort(phase, done, ordered);
        return ordered;
    }

    // What needs something that is made after the rows is made after it too, but for views: those get a placeholder, because much may need them before.
    private void Postpone()
    {
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var item in model.Objects.Where(item => item.Phase == DumpPhase.Before && item.Needs.Any(needed => needed.Phase > DumpPhase.Before)).ToList())
            {
                changed = true;
                if (item.Placeholder is not null)
                {
                    Split(item, DumpPhase.After);
                    continue;
                }

                if (item.Type is "TABLE" or "TYPE" or "DOMAIN" or "SCHEMA") model.Refusals.Add($"{item}, which needs {item.Needs.First(needed => needed.Phase > DumpPhase.Before)}");
                item.Phase = DumpPhase.After;
            }
        }
    }

    private void Split(DbObject view, DumpPhase phase)
    {
        var whole = new DbObject(new ObjectAddress("view", view.Address.Oid), Ranks.PostponedView, "VIEW", view.Identity) { Phase = phase };
        whole.Entries.Add(view.Entries[0]);
        whole.Needs.UnionWith(view.Needs);
        whole.Needs.Add(view);
        view.Entries[0] = new DumpEntry(EntryKind.Definition, view.Placeholder!);
        view.Placeholder = null;
        view.Needs.IntersectWith(view.PlaceholderNeeds);
        model.Objects.Add(whole);
        // A rule or trigger of the view goes with its query.
        foreach (var item in model.Objects.Where(item => item.Phase >= phase && item != whole && item.Needs.Contains(view) && item.Phase == DumpPhase.After)) item.Needs.Add(whole);
    }

    private void Sort(DumpPhase phase, HashSet<DbObject> done, List<DbObject> ordered)
    {
        while (true)
        {
            var left = model.Objects.Where(item => item.Phase == phase && !done.Contains(item)).ToHashSet();
            if (left.Count == 0) return;
            Peel(left, done, ordered);
            if (left.Count == 0) continue;
            var circle = Circle(left);
            if (circle.Find(item => item.Placeholder is not null) is { } view)
            {
                Split(view, phase);
                continue;
            }

            model.Refusals.Add($"a circle of {string.Join(" and ", circle)}");
            return;
        }
    }

    private static void Peel(HashSet<DbObject> left, HashSet<DbObject> done, List<DbObject> ordered)
    {
        var waiting = left.ToDictionary(item => item, item => item.Needs.Count(left.Contains));
        var wanted = left.SelectMany(item => item.Needs.Where(left.Contains).Select(needed => (needed, item))).ToLookup(pair => pair.needed, pair => pair.item);
        var ready = new PriorityQueue<DbObject, DbObject>(waiting.Where(pair => pair.Value == 0).Select(pair => (pair.Key, pair.Key)), Comparer<DbObject>.Create(Compare));
        while (ready.TryDequeue(out var item, out _))
        {
            ordered.Add(item);
            done.Add(item);
            left.Remove(item);
            foreach (var next in wanted[item])
            {
                if (--waiting[next] == 0) ready.Enqueue(next, next);
            }
        }
    }

    private static List<DbObject> Circle(HashSet<DbObject> left)
    {
        // Each of them needs another of them, so that going on comes back.
        var path = new List<DbObject> { left.OrderBy(item => item, Comparer<DbObject>.Create(Compare)).First() };
        while (true)
        {
            var next = path[^1].Needs.Where(left.Contains).OrderBy(item => item, Comparer<DbObject>.Create(Compare)).First();
            var at = path.IndexOf(next);
            if (at >= 0) return path[at..];
            path.Add(next);
        }
    }

    private static int Compare(DbObject left, DbObject right) =>
        left.Rank != right.Rank ? left.Rank.CompareTo(right.Rank) : left.Weight != right.Weight ? right.Weight.CompareTo(left.Weight) : StringComparer.Ordinal.Compare(left.Type + left.Identity, right.Type + right.Identity);
}
