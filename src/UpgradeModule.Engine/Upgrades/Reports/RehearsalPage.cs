namespace UpgradeModule.Engine.Upgrades.Reports;

/// <summary>The page of a rehearsal.</summary>
internal static class RehearsalPage
{
    /// <summary>Writes it.</summary>
    /// <param name="rehearsal">The rehearsal.</param>
    /// <param name="downtime">The parts of its downtime.</param>
    /// <param name="written">When, in UTC.</param>
    public static string Of(UpgradeRehearsal rehearsal, IReadOnlyList<DowntimePart> downtime, DateTimeOffset written)
    {
        var title = $"Rehearsal for {rehearsal.Deployment.Name}";
        var page = new Page()
            .Title(title, rehearsal.Healthy ? "Healthy" : "Not healthy", rehearsal.Healthy ? "good" : "bad")
            .Paragraph($"{rehearsal.Deployment.App} {rehearsal.Path.From} → {rehearsal.Path.To}, on a clone. The deployment itself was not touched.", soft: true)
            .Facts(
                ("By", rehearsal.By),
                ("Begun", Page.Time(rehearsal.StartedOn)),
                ("Took", Page.Span(rehearsal.Duration)),
                ("Predicted downtime", rehearsal.PredictedDowntime is { } predicted ? Page.Span(predicted) : "none: a stop failed"),
                ("Reached others", rehearsal.Isolated ? "no: the clone reached nothing but its own database" : "it could have: the clone was not kept to itself"));
        if (rehearsal.Problems.Count > 0) page.Heading("What failed");
        foreach (var problem in rehearsal.Problems) page.Lines(problem);
        foreach (var stop in rehearsal.Stops) Stop(page, stop);
        if (rehearsal.PredictedDowntime is { } whole) page.Downtime(whole, downtime, predicted: true);
        return page.Backup(rehearsal.Backup).Paragraph($"Written by UpgradeModule {Operations.ModuleVersion.Current} on {Page.Time(written)}.", soft: true).Write(title);
    }

    private static void Stop(Page page, RehearsedStop stop)
    {
        page.Heading($"{stop.From} → {stop.To}: {(stop.Healthy ? "healthy" : "not healthy")} after {Page.Span(stop.Duration)}").Timeline(stop.Phases);
        page.Paragraph(stop.Migrations.Count == 0 ? "No migration ran that the database records." : $"Migrations: {string.Join(", ", stop.Migrations)}");
        page.Invariants(stop.InvariantsBefore, stop.InvariantsAfter);
        foreach (var step in stop.NotRehearsed) page.Paragraph($"Not rehearsed, for a person does it: {step.Title} ({step.Id})");
    }
}
