using System.Globalization;
using UpgradeModule.Engine.Upgrades.Undo;

namespace UpgradeModule.Pipeline;

/// <summary>Tells what an undo would do, for -WhatIf and -Confirm.</summary>
internal static class UndoText
{
    private const int ShownTables = 8;

    /// <summary>What it would do, and what would be lost.</summary>
    /// <param name="plan">The plan.</param>
    public static string Of(UndoPlan plan)
    {
        var run = plan.Run;
        var back = $"Take the upgrade from {run.From} to {(run.Reached is { } reached && reached != run.From ? reached : run.To)} back: stop the application, put {run.From} in its place";
        if (plan.Strategy == UndoStrategy.MigrateDown) return $"{back} and migrate its data down. {plan.Reason}";
        if (plan.Source is null) return $"{back} and start it. Its data is left as it is.";
        return $"{back} with {plan.Source}, and start it. {Lost(plan)}";
    }

    private static string Lost(UndoPlan plan)
    {
        if (!plan.LossKnown) return "What was written since is not in that data; how much that is could not be told. It is kept beside.";
        if (plan.Lost.Count == 0) return "No table has more rows now.";
        var shown = plan.Lost.OrderByDescending(table => table.Rows).Take(ShownTables).Select(table => string.Create(CultureInfo.InvariantCulture, $"{table.Table} {table.Rows}"));
        var more = plan.Lost.Count > ShownTables ? string.Create(CultureInfo.InvariantCulture, $" and {plan.Lost.Count - ShownTables} more tables") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{plan.Lost.Sum(table => table.Rows)} rows that were written since are not in it and are kept beside only: {string.Join(", ", shown)}{more}.");
    }
}
