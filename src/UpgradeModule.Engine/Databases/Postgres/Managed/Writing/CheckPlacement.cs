using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Writing;

/// <summary>Puts checks into their tables, but for those that need their own table first: a function that takes its rows.</summary>
internal static class CheckPlacement
{
    /// <summary>Places them.</summary>
    /// <param name="model">The database, with what needs what.</param>
    public static void Run(SchemaModel model)
    {
        var placed = new HashSet<DbObject>();
        foreach (var table in model.Relations.Values)
        {
            if (model.Find(new ObjectAddress("pg_class", table.Oid)) is not { } item) continue;
            foreach (var check in table.Checks)
            {
                if (model.Find(check.Address) is not { } separate || separate == item) continue;
                check.Inline = check.Validated && !Reaches(separate.Needs.Where(needed => needed != item), item);
                if (!check.Inline) continue;
                item.Needs.UnionWith(separate.Needs);
                item.Needs.Remove(item);
                item.Entries.AddRange(separate.Entries.Where(entry => entry.Kind == EntryKind.Comment));
                model.Alias(check.Address, item);
                placed.Add(separate);
            }
        }

        model.Objects.RemoveAll(placed.Contains);
        // Nothing but a comment or grant of it could have needed one.
        foreach (var item in model.Objects) item.Needs.ExceptWith(placed);
    }

    private static bool Reaches(IEnumerable<DbObject> from, DbObject target)
    {
        var seen = new HashSet<DbObject>();
        var open = new Stack<DbObject>(from);
        while (open.TryPop(out var item))
        {
            if (item == target) return true;
            if (!seen.Add(item)) continue;
            foreach (var needed in item.Needs) open.Push(needed);
        }

        return false;
    }
}
