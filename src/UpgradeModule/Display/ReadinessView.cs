using System.Text;

namespace UpgradeModule.Display;

/// <summary>Shows the result of a readiness check.</summary>
internal static class ReadinessView
{
    /// <summary>A heading, then what stands in the way and what should be known, each with its remedy.</summary>
    /// <param name="result">The result.</param>
    /// <param name="window">The window's width in columns; 0 where it isn't known.</param>
    public static string Of(ReadinessResult result, int window)
    {
        var columns = new Columns(window);
        var text = new StringBuilder();
        var state = result.Ready ? "ready" : result.Blockers.Count == 1 ? "not ready, 1 blocker" : $"not ready, {result.Blockers.Count} blockers";
        columns.Append(text, "", $"{result.Deployment.Name}: {state}{(result.Path is null ? "" : $" ({result.Path})")}", indent: 2);
        foreach (var blocker in result.Blockers) Entry(columns, text, "blocked", blocker);
        foreach (var warning in result.Warnings) Entry(columns, text, "warning", warning);
        if (result.Checks.Count > 0) columns.Append(text.AppendLine(), "  Checked: ", string.Join(", ", result.Checks));
        return text.ToString().TrimEnd();
    }

    private static void Entry(Columns columns, StringBuilder text, string kind, Blocker entry)
    {
        columns.Append(text.AppendLine(), $"  {kind}  {entry.Check}: ", entry.Message, indent: 11);
        if (entry.Remedy.Length > 0) columns.Append(text, "           ", entry.Remedy, indent: 11);
    }
}
