namespace UpgradeModule.Engine.Databases.Postgres.Managed.Schema;

/// <summary>A table whose rows are dumped.</summary>
/// <param name="Oid">Its number in <c>pg_class</c>.</param>
/// <param name="Name">Its name with its schema, quoted.</param>
/// <param name="Columns">The columns that are dumped, quoted, with their brackets and a space before; empty where it has none.</param>
/// <param name="Condition">The rows that are dumped, as a WHERE clause; empty for all.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="CountedAs">The table of a backup that its rows count for; <see langword="null"/> for none, as what an extension keeps in its own.</param>
/// <param name="Target">The table that takes the rows: itself, or the one that it is a partition of, where a partition is chosen by what isn't the same in every database.</param>
internal sealed record TableData(uint Oid, string Name, string Columns, string Condition, long Size, string? CountedAs, string Target)
{
    /// <summary>Where its rows must be there after those of all others but of lower turns, as what an extension keeps must, whose keys are there before the rows; 0 for any time.</summary>
    public int Turn { get; init; }

    /// <summary>The statement that reads the rows.</summary>
    public string CopyOut => Condition.Length == 0 ? $"COPY {Name}{Columns} TO STDOUT" : $"COPY (SELECT {(Columns.Length == 0 ? "" : Columns.Trim()[1..^1])} FROM ONLY {Name} {Condition}) TO STDOUT";

    /// <summary>The statement that writes the rows, as a script has it.</summary>
    public string CopyIn => $"COPY {Target}{Columns} FROM stdin";
}
