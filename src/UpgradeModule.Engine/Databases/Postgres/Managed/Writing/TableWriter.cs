using UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Writing;

/// <summary>Writes the statements that make a table, but for its defaults, indexes and keys.</summary>
/// <param name="model">The database.</param>
/// <param name="major">The major of the server that it comes from.</param>
internal sealed class TableWriter(SchemaModel model, int major)
{
    /// <summary>The statements, in order.</summary>
    /// <param name="table">The table.</param>
    public IEnumerable<string> Write(Relation table)
    {
        yield return Create(table);
        foreach (var column in table.Columns)
        {
            // What a parent has and this table doesn't say itself is inherited; only what it adds to that is said here.
            if (IsAdded(table, column) && column.NotNullOfTable is null && !ParentColumns(table, column).Any(parent => parent.NotNull))
            {
                yield return $"ALTER TABLE ONLY {table.Name} ALTER COLUMN {column.Name} SET NOT NULL";
            }

            foreach (var statement in ColumnSettings(table.Name, column)) yield return statement;
        }

        if (table.ReplicaIdentity == 'n') yield return $"ALTER TABLE ONLY {table.Name} REPLICA IDENTITY NOTHING";
        if (table.ReplicaIdentity == 'f') yield return $"ALTER TABLE ONLY {table.Name} REPLICA IDENTITY FULL";
    }

    /// <summary>The statements that give a column its storage and statistics.</summary>
    /// <param name="table">The table, quoted.</param>
    /// <param name="column">The column.</param>
    public static IEnumerable<string> ColumnSettings(string table, Column column)
    {
        var alter = $"ALTER TABLE ONLY {table} ALTER COLUMN {column.Name} SET";
        if (column.Storage is not null) yield return $"{alter} STORAGE {column.Storage}";
        if (column.Compression is not null) yield return $"{alter} COMPRESSION {column.Compression}";
        if (column.Statistics is not null) yield return $"{alter} STATISTICS {column.Statistics}";
        if (column.Options is not null) yield return $"{alter} ({column.Options})";
    }

    private string Create(Relation table)
    {
        var parts = table.OfType is null ? table.Columns.Where(column => IsPrinted(table, column)).Select(column => Clause(table, column)).ToList() : table.Columns.Where(column => column.NotNull).Select(column => $"{column.Name} WITH OPTIONS {column.NotNullClause}").ToList();
        // With its own name, which it has beside a parent's.
        if (table.OfType is null) parts.AddRange(table.Columns.Where(column => IsAdded(table, column) && column.NotNullOfTable is not null).Select(column => column.NotNullOfTable!));
        // A partition is made on its own and attached then, so it must have its parent's checks already.
        parts.AddRange(table.Checks.Where(check => check.Inline && (check.IsLocal || table.IsPartition)).Select(check => check.Clause));
        // Since 18 there are no partitioned tables that are not logged; one of an older server may still say so.
        var sql = $"CREATE {(table.Persistence == 'u' && (table.Kind != 'p' || major < 18) ? "UNLOGGED " : "")}TABLE {table.Name}";
        if (table.OfType is not null) sql += $" OF {table.OfType}";
        if (parts.Count > 0 || table.OfType is null) sql += parts.Count == 0 ? " (\n)" : " (\n    " + string.Join(",\n    ", parts) + "\n)";
        if (table.Parents.Count > 0 && !table.IsPartition) sql += $"\nINHERITS ({string.Join(", ", table.Parents.Select(parent => model.Relations[parent].Name))})";
        if (table.PartitionKey is not null) sql += $"\nPARTITION BY {table.PartitionKey}";
        if (table.AccessMethod is not null) sql += $"\nUSING {table.AccessMethod}";
        if (table.Options is not null) sql += $"\nWITH ({table.Options})";
        return sql;
    }

    private string Clause(Relation table, Column column)
    {
        var clause = $"{column.Name} {column.Type}";
        if (column.Collation is not null) clause += $" COLLATE {column.Collation}";
        var inherited = !table.IsPartition && ParentColumns(table, column).Any(parent => parent.Generated.Length > 0 && parent.Expression == column.Expression);
        if (column.Generated.Length > 0 && !inherited) clause += $" GENERATED ALWAYS AS ({column.Expression}){(column.Generated == "s" ? " STORED" : "")}";
        if (column.NotNull && (column.NotNullLocal || table.IsPartition)) clause += " " + (major >= 18 ? column.NotNullClause : "NOT NULL");
        return clause;
    }

    // What a table says of a column that is a parent's.
    private static bool IsAdded(Relation table, Column column) => !IsPrinted(table, column) && table.OfType is null && column.NotNull && column.NotNullLocal;

    private static bool IsPrinted(Relation table, Column column) => column.IsLocal || table.IsPartition;

    private IEnumerable<Column> ParentColumns(Relation table, Column column) => table.Parents.SelectMany(parent => model.Relations[parent].Columns).Where(parent => parent.Name == column.Name);
}
