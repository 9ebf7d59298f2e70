using System.Globalization;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Databases.H2;

/// <summary>Reads counts and invariants over one session.</summary>
internal static class H2Reader
{
    // H2 1.4 calls them TABLE, H2 2 BASE TABLE, its own among them.
    private const string Tables = "SELECT TABLE_SCHEMA, TABLE_NAME FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_TYPE IN ('TABLE', 'BASE TABLE') AND TABLE_SCHEMA <> 'INFORMATION_SCHEMA' ORDER BY TABLE_SCHEMA, TABLE_NAME";
    private const int Together = 100;

    /// <summary>Reads invariants, the version of H2, and the rows of every table.</summary>
    /// <param name="session">The session.</param>
    /// <param name="invariants">The invariants.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="InvalidDataException">The tables can't be read.</exception>
    public static async Task<(IReadOnlyList<TableCount> Tables, IReadOnlyList<InvariantValue> Invariants, string? Version)> AllAsync(H2Session session, IReadOnlyList<InvariantSpec> invariants, CancellationToken cancellationToken)
    {
        var asked = InvariantText.Of(DatabaseEngine.H2, invariants).ToList();
        var answers = await session.AskAsync([Tables, "SELECT H2VERSION()", .. asked.Select(invariant => invariant.Sql!)], cancellationToken).ConfigureAwait(false);
        var values = asked.Zip(answers.Skip(2), Value).ToList();
        return (await CountAsync(session, Rows(answers[0]), cancellationToken).ConfigureAwait(false), values, answers[1].Rows is [[{ } version, ..]] ? version : null);
    }

    /// <summary>Counts the rows of every table.</summary>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="InvalidDataException">The tables can't be read.</exception>
    public static async Task<IReadOnlyList<TableCount>> CountAsync(H2Session session, CancellationToken cancellationToken) =>
        await CountAsync(session, Rows((await session.AskAsync([Tables], cancellationToken).ConfigureAwait(false))[0]), cancellationToken).ConfigureAwait(false);

    /// <summary>Reads invariants.</summary>
    /// <param name="session">The session.</param>
    /// <param name="invariants">Which.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<InvariantValue>> InvariantsAsync(H2Session session, IReadOnlyList<InvariantSpec> invariants, CancellationToken cancellationToken)
    {
        var asked = InvariantText.Of(DatabaseEngine.H2, invariants).ToList();
        if (asked.Count == 0) return [];
        var answers = await session.AskAsync([.. asked.Select(invariant => invariant.Sql!)], cancellationToken).ConfigureAwait(false);
        return [.. asked.Zip(answers, Value)];
    }

    /// <summary>Quotes a name.</summary>
    /// <param name="name">The name.</param>
    public static string Quote(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>The tables of a database.</summary>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<IReadOnlyList<(string Schema, string Table)>> TablesAsync(H2Session session, CancellationToken cancellationToken) =>
        [.. Rows((await session.AskAsync([Tables], cancellationToken).ConfigureAwait(false))[0]).Select(row => (row[0]!, row[1]!))];

    private static async Task<IReadOnlyList<TableCount>> CountAsync(H2Session session, IReadOnlyList<IReadOnlyList<string?>> tables, CancellationToken cancellationToken)
    {
        if (tables.Count == 0) return [];
        var queries = tables.Chunk(Together).Select(part => string.Join(" UNION ALL ", part.Select((table, index) => string.Create(CultureInfo.InvariantCulture, $"SELECT {index} AS I, COUNT(*) AS C FROM {Quote(table[0]!)}.{Quote(table[1]!)}")))).ToList();
        var answers = await session.AskAsync(queries, cancellationToken).ConfigureAwait(false);
        var counts = new List<TableCount>();
        foreach (var (part, answer) in tables.Chunk(Together).Zip(answers))
        {
            var found = Rows(answer).ToDictionary(row => int.Parse(row[0]!, CultureInfo.InvariantCulture), row => long.Parse(row[1]!, CultureInfo.InvariantCulture));
            counts.AddRange(part.Select((table, index) => new TableCount { Table = $"{table[0]}.{table[1]}", Rows = found[index] }));
        }

        return counts;
    }

    private static IReadOnlyList<IReadOnlyList<string?>> Rows(H2Answer answer) => answer.Rows ?? throw new InvalidDataException(answer.Failure);

    private static InvariantValue Value(InvariantSpec invariant, H2Answer answer) =>
        answer.Rows is { } rows ? InvariantText.Value(invariant.Name, rows) : new InvariantValue { Name = invariant.Name, Detail = answer.Failure };
}
