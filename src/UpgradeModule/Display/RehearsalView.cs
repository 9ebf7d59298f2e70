using System.Globalization;

namespace UpgradeModule.Display;

/// <summary>Shows what came of a rehearsal: each stop with its time and its migrations, and what the real run will cost.</summary>
internal static class RehearsalView
{
    private const int ShownMigrations = 12;

    /// <summary>Writes it.</summary>
    /// <param name="result">The rehearsal.</param>
    /// <param name="view">The list.</param>
    public static string Of(UpgradeRehearsal result, DetailsView view)
    {
        view
            .Add("Deployment", $"{result.Deployment.Name} ({result.Deployment.App}), not touched")
            .Add("Healthy", result.Healthy ? "True" : "False")
            .Add("Version", $"{result.Path.From} -> {result.Path.To}")
            .Add("Downtime", $"{Show.Span(result.PredictedDowntime)}, as predicted for the real run", when: result.PredictedDowntime is not null);
        foreach (var stop in result.Stops) view.Add($"Stop {stop.Order.ToString(CultureInfo.InvariantCulture)}", Of(stop));
        var open = result.Stops.SelectMany(static stop => stop.NotRehearsed).ToList();
        return view
            .Add("ByHand", string.Join(Environment.NewLine, open.Select(static step => $"{step.Title} [{step.Id}]: not rehearsed")), when: open.Count > 0)
            .Add("Problems", Show.Lines(result.Problems), when: result.Problems.Count > 0)
            .Add("Backup", result.Backup?.Path, when: result.Backup is not null)
            .Add("Isolated", result.Isolated ? "True" : "False: the clone could reach others")
            .Add("Duration", Show.Span(result.Duration))
            .ToString();
    }

    private static string Of(RehearsedStop stop)
    {
        var lines = new List<string> { $"{stop.From} -> {stop.To}: {(stop.Healthy ? "healthy" : "not healthy")} after {Show.Span(stop.Duration)}, of which down {Show.Span(stop.Downtime)}" };
        var phases = stop.Phases.Where(static phase => phase.Duration is not null).Select(static phase => $"{phase.Id} {Show.Span(phase.Duration)}").ToList();
        if (phases.Count > 0) lines.Add(string.Join(", ", phases));
        if (stop.Migrations.Count > 0) lines.Add(string.Create(CultureInfo.InvariantCulture, $"{stop.Migrations.Count} {(stop.Migrations.Count == 1 ? "migration" : "migrations")}: {string.Join(", ", stop.Migrations.Take(ShownMigrations))}{(stop.Migrations.Count > ShownMigrations ? ", …" : "")}"));
        if (stop.InvariantsBefore.Count > 0) lines.Add(string.Join(", ", stop.InvariantsBefore.Select(before => Change(before, stop.InvariantsAfter.FirstOrDefault(after => after.Name == before.Name)))));
        return string.Join(Environment.NewLine, lines);
    }

    private static string Change(InvariantValue before, InvariantValue? after) =>
        after?.Value == before.Value || after is null
            ? string.Create(CultureInfo.InvariantCulture, $"{before.Name} {before.Value}")
            : string.Create(CultureInfo.InvariantCulture, $"{before.Name} {before.Value} -> {after.Value}");
}
