using System.Text;

namespace UpgradeModule.Display;

/// <summary>Shows the result of a readiness check.</summary>
internal static class ReadinessView
{
    /// <summary>A heading, then what stands in the way and what should be known, each with its remedy.</summary>
    /// <param name="result">The result.</param>
    public static string Of(ReadinessResult result)
    {
        var text = new StringBuilder();
        var state = result.Ready ? "ready" : result.Blockers.Count == 1 ? "not ready, 1 blocker" : $"not ready, {result.Blockers.Count} blockers";
        text.AppendLine($"{result.Deployment.Name}: {state}{(result.Path is null ? "" : $" ({result.Path})")}");
        foreach (var blocker in result.Blockers) Entry(text, "blocked", blocker);
        foreach (var warning in result.Warnings) Entry(text, "warning", warning);
        if (result.Checks.Count > 0) Columns.Append(text.AppendLine(), "  Checked: ", string.Join(", ", result.Checks));
        return text.ToString().TrimEnd();
    }

    private static void Entry(StringBuilder text, string kind, Blocker entry)
    {
        Columns.Append(text.AppendLine(), $"  {kind}  {entry.Check}: ", entry.Message, indent: 11);
        if (entry.Remedy.Length > 0) Columns.Append(text, "           ", entry.Remedy, indent: 11);
    }
}
