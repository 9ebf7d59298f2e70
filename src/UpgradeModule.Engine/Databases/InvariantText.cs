using System.Globalization;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Databases;

/// <summary>Chooses the invariants of an engine and reads their answers.</summary>
internal static class InvariantText
{
    /// <summary>The invariants that an SQL engine can be asked.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="invariants">All of them.</param>
    public static IEnumerable<InvariantSpec> Of(DatabaseEngine engine, IReadOnlyList<InvariantSpec> invariants) =>
        invariants.Where(invariant => invariant.Sql is not null && (invariant.Engines.Count == 0 || invariant.Engines.Contains(engine.ToString(), StringComparer.OrdinalIgnoreCase)));

    /// <summary>The value in a query's answer.</summary>
    /// <param name="name">The invariant's name.</param>
    /// <param name="rows">The answer.</param>
    public static InvariantValue Value(string name, IReadOnlyList<IReadOnlyList<string?>> rows)
    {
        if (rows.Count == 0 || rows[0].Count == 0) return new InvariantValue { Name = name, Detail = "The query gave no row." };
        if (rows[0][0] is not { } text) return new InvariantValue { Name = name, Detail = "The query gave no value." };
        return decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) && number is >= long.MinValue and <= long.MaxValue
            ? new InvariantValue { Name = name, Value = (long)number }
            : new InvariantValue { Name = name, Detail = "The query gave something that is no number." };
    }
}
