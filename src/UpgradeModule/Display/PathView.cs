using System.Text;

namespace UpgradeModule.Display;

/// <summary>Shows an upgrade path.</summary>
internal static class PathView
{
    /// <summary>A heading, a row a stop, and the steps between them.</summary>
    /// <param name="path">The path.</param>
    public static string Of(UpgradePath path)
    {
        var text = new StringBuilder();
        var of = path.Deployment is { Name.Length: > 0 } deployment ? $"{deployment.Name}: " : "";
        var count = path.Stops.Count switch { 0 => "nothing to do", 1 => "1 stop", var many => $"{many} stops" };
        text.Append($"{of}{path.App} {path.From} -> {path.To} ({path.Edition}), {count}").AppendLine();
        if (path.Stops.Count > 0)
        {
            var to = Math.Max(2, path.Stops.Max(stop => stop.To.Text.Length));
            var needs = Math.Min(24, path.Stops.Max(stop => Needs(stop).Length));
            if (needs > 0) needs = Math.Max(5, needs);
            text.AppendLine().AppendLine($"   #  {"To".PadRight(to)}  {Padded("Needs", needs)}Reason");
            foreach (var stop in path.Stops) Stop(text, stop, to, needs);
        }

        foreach (var warning in path.Warnings) Columns.Append(text.AppendLine(), "  Note: ", warning);
        return text.ToString().TrimEnd();
    }

    private static void Stop(StringBuilder text, UpgradeStop stop, int to, int needs)
    {
        var margin = new string(' ', 6);
        foreach (var step in stop.StepsBefore) Columns.Append(text, $"{margin}before: ", Step(step));
        Columns.Append(text, $"{stop.Order,4}  {stop.To.Text.PadRight(to)}  {Padded(Needs(stop), needs)}", stop.Reason);
        foreach (var step in stop.StepsAfter) Columns.Append(text, $"{margin}after:  ", Step(step));
    }

    // No column where no stop needs anything.
    private static string Padded(string text, int width) => width == 0 ? "" : text.PadRight(width) + "  ";

    private static string Step(UpgradeStep step) =>
        $"{step.Title} [{step.Id}, {(step.Kind == UpgradeStepKind.Manual ? "by hand" : "automatic")}{(step.Done == true ? ", done" : step.Needed == false ? ", not needed" : "")}]";

    private static string Needs(UpgradeStop stop) => string.Join(", ", stop.Requirements);
}
