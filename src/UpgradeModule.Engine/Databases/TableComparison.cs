using System.Globalization;

namespace UpgradeModule.Engine.Databases;

/// <summary>Compares the tables of a restored copy with those of its backup.</summary>
internal static class TableComparison
{
    private const int Shown = 5;

    /// <summary>Finds what differs.</summary>
    /// <param name="expected">The backup's tables.</param>
    /// <param name="actual">The copy's tables.</param>
    /// <returns>A sentence a difference; none where all is as it should be.</returns>
    public static IReadOnlyList<string> Differences(IReadOnlyList<TableCount> expected, IReadOnlyList<TableCount> actual)
    {
        var found = actual.ToDictionary(table => table.Table, table => table.Rows, StringComparer.Ordinal);
        var names = expected.Select(table => table.Table).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. expected.Where(table => !found.ContainsKey(table.Table)).Select(table => $"{table.Table} is missing"),
            .. expected.Where(table => found.TryGetValue(table.Table, out var rows) && rows != table.Rows).Select(table => string.Create(CultureInfo.InvariantCulture, $"{table.Table} has {found[table.Table]} rows instead of {table.Rows}")),
            .. actual.Where(table => !names.Contains(table.Table)).Select(table => $"{table.Table} is not in the backup"),
        ];
    }

    /// <summary>Fails where a restored copy isn't what its backup says.</summary>
    /// <param name="content">The backup.</param>
    /// <param name="actual">The copy's tables.</param>
    /// <exception cref="UpgradeException"><c>BackupCorrupt</c>.</exception>
    public static void Require(BackupContent content, IReadOnlyList<TableCount> actual)
    {
        if (content.IsForeign) return;
        var differences = Differences(content.Tables, actual);
        if (differences.Count == 0) return;
        var more = differences.Count > Shown ? string.Create(CultureInfo.InvariantCulture, $" and {differences.Count - Shown} more") : "";
        throw new UpgradeException("BackupCorrupt", UpgradeErrorCategory.InvalidData, content.Directory, $"The backup '{content.Directory}' was restored, but not with the rows that its manifest names: {string.Join("; ", differences.Take(Shown))}{more}.", "Use another backup; nothing was changed.");
    }
}
