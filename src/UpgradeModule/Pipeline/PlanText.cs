using System.Text;

namespace UpgradeModule.Pipeline;

/// <summary>Tells an upgrade path in lines, for -WhatIf and -Confirm.</summary>
internal static class PlanText
{
    /// <summary>The plan.</summary>
    /// <param name="path">The path.</param>
    /// <param name="deployment">The deployment.</param>
    public static string Of(UpgradePath path, AppDeployment deployment)
    {
        if (path.Stops.Count == 0) return $"Look after '{deployment.Name}': {path.App} {path.From} is what was asked for already.";
        var text = new StringBuilder();
        text.Append($"Upgrade '{deployment.Name}' from {path.App} {path.From} to {path.To} in {path.Stops.Count} stop{(path.Stops.Count == 1 ? "" : "s")}, after a backup that is proven by a restore:");
        foreach (var stop in path.Stops)
        {
            foreach (var step in stop.StepsBefore) Step(text, step, "before");
            text.AppendLine().Append($"  {stop.Order}. {stop.From} -> {stop.To}{(stop.Reason.Length == 0 ? "" : $" ({stop.Reason})")}");
            if (stop.Requirements.Count > 0) text.Append($"; needs {string.Join(", ", stop.Requirements)}");
            foreach (var step in stop.StepsAfter) Step(text, step, "after");
        }

        foreach (var warning in path.Warnings) text.AppendLine().Append($"  Note: {warning}");
        return text.ToString();
    }

    /// <summary>The plan of a way down, in a line.</summary>
    /// <param name="path">The path.</param>
    public static string Down(UpgradePath path)
    {
        var stop = path.Stops[0];
        var way = stop.Via.Count == 0 ? "" : $" by way of {string.Join(", ", stop.Via)}";
        var what = stop.Reason.Length == 0 ? "" : $" ({stop.Reason})";
        var notes = path.Warnings.Count == 0 ? "" : $" Note: {string.Join(" ", path.Warnings)}";
        return $"Migrate down from {path.App} {path.From} to {path.To}{way}{what}, after a backup that is proven by a restore; what was written since stays.{notes}";
    }

    private static void Step(StringBuilder text, UpgradeStep step, string when) =>
        text.AppendLine().Append($"     {when}: {step.Title} ({(step.Kind == UpgradeStepKind.Manual ? "by hand" : "automatic")})");
}
