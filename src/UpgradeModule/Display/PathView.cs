using System.Text;

namespace UpgradeModule.Display;

/// <summary>Shows an upgrade path.</summary>
internal static class PathView
{
    private const string Margin = "      ";

    /// <summary>A heading, a row a stop with what it needs beneath, and the steps between them.</summary>
    /// <param name="path">The path.</param>
    /// <param name="window">The window's width in columns; 0 where it isn't known.</param>
    public static string Of(UpgradePath path, int window)
    {
        var columns = new Columns(window);
        var text = new StringBuilder();
        var of = path.Deployment is { Name.Length: > 0 } deployment ? $"{deployment.Name}: " : "";
        var count = path.Stops.Count switch { 0 => "nothing to do", 1 => "1 stop", var many => $"{many} stops" };
        columns.Append(text, "", $"{of}{path.App} {path.From} -> {path.To} ({path.Edition}), {count}", indent: 2);
        if (path.Stops.Count > 0)
        {
            var to = Math.Max(2, path.Stops.Max(stop => stop.To.Text.Length));
            text.AppendLine().AppendLine($"   #  {"To".PadRight(to)}  Reason");
            foreach (var stop in path.Stops) Stop(columns, text, stop, to);
        }

        foreach (var warning in path.Warnings) columns.Append(text.AppendLine(), "  Note: ", warning);
        return text.ToString().TrimEnd();
    }

    private static void Stop(Columns columns, StringBuilder text, UpgradeStop stop, int to)
    {
        foreach (var step in stop.StepsBefore) columns.Append(text, $"{Margin}before: ", Step(step));
        columns.Append(text, $"{stop.Order,4}  {stop.To.Text.PadRight(to)}  ", stop.Reason);
        if (stop.Requirements.Count > 0) columns.Append(text, $"{Margin}{new string(' ', to)}  needs ", string.Join(", ", stop.Requirements));
        foreach (var step in stop.StepsAfter) columns.Append(text, $"{Margin}after:  ", Step(step));
    }

    private static string Step(UpgradeStep step) =>
        $"{step.Title} [{step.Id}, {(step.Kind == UpgradeStepKind.Manual ? "by hand" : "automatic")}{(step.Done == true ? ", done" : step.Needed == false ? ", not needed" : "")}]";
}
