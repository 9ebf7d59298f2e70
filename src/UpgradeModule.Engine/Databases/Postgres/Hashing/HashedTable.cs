using UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

namespace UpgradeModule.Engine.Databases.Postgres.Hashing;

/// <summary>A table of a dump as it is compared with a database's.</summary>
/// <param name="Name">The table that takes the rows, quoted.</param>
/// <param name="Columns">Its columns in the dump's order, with their brackets and a space before; empty where it has none.</param>
/// <param name="Places">The places in the index of what goes into it.</param>
/// <param name="Size">How many bytes it takes on the server.</param>
internal sealed record HashedTable(string Name, string Columns, IReadOnlyList<int> Places, long Size)
{
    private const string Begin = "COPY ";
    private const string End = " FROM stdin";

    /// <summary>The tables of a dump. Partitions that go into the topmost table together, but have their columns in different orders, can't be compared.</summary>
    /// <param name="tables">What the index lists.</param>
    public static IEnumerable<HashedTable> Of(IReadOnlyList<ArchiveTable> tables) => tables
        .Select((table, place) => (Split: Split(table.CopyIn), table.Size, Place: place))
        .GroupBy(table => table.Split.Name, StringComparer.Ordinal)
        .Where(group => group.Select(table => table.Split.Columns).Distinct(StringComparer.Ordinal).Count() == 1)
        .Select(group => new HashedTable(group.Key, group.First().Split.Columns, [.. group.Select(table => table.Place)], group.Sum(table => table.Size)));

    /// <summary>The statement that reads the rows as the dump has them.</summary>
    /// <param name="source">What they are selected from: the table, or <c>ONLY</c> the table.</param>
    public string CopyOut(string source) => source == "ONLY " + Name
        ? $"COPY {Name}{Columns} TO STDOUT"
        : $"COPY (SELECT {(Columns.Length == 0 ? "" : Columns.Trim()[1..^1])} FROM {source}) TO STDOUT";

    private static (string Name, string Columns) Split(string statement)
    {
        var text = statement[Begin.Length..^End.Length];
        var quoted = false;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '"') quoted = !quoted;
            if (text[at] == ' ' && !quoted) return (text[..at], text[at..]);
        }

        return (text, "");
    }
}
