namespace UpgradeModule.Engine.Upgrades.Reports;

/// <summary>The page of a run.</summary>
internal static class RunPage
{
    /// <summary>Writes it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="downtime">The parts of its downtime.</param>
    /// <param name="written">When, in UTC.</param>
    public static string Of(UpgradeRun run, IReadOnlyList<DowntimePart> downtime, DateTimeOffset written)
    {
        var title = $"Upgrade of {run.Deployment.Name}";
        var page = new Page()
            .Title(title, run.Outcome?.ToString() ?? "Not ended", run.Outcome switch { UpgradeOutcome.Succeeded => "good", UpgradeOutcome.Paused or null => "wait", _ => "bad" })
            .Paragraph($"{run.Deployment.App} {run.From} → {run.Reached?.Text ?? "unknown"}{(run.Reached?.Text == run.To?.Text ? "" : $" (wanted: {run.To})")}", soft: true);
        if (!string.IsNullOrEmpty(run.Message)) page.Paragraph(run.Message);
        page.Facts(
            ("Run", run.RunId),
            ("By", run.By),
            ("Begun", Page.Time(run.StartedOn)),
            ("Ended", Page.Time(run.EndedOn)),
            ("Took", Page.Span(run.Duration)),
            ("Downtime", Page.Span(run.Downtime)),
            ("Runs as", run.Deployment.HostKind.ToString()),
            ("Address", run.Deployment.Url),
            ("Head of the history", run.HistoryHead));
        if (!string.IsNullOrEmpty(run.Error)) page.Heading($"What failed{(string.IsNullOrEmpty(run.ErrorId) ? "" : $" ({run.ErrorId})")}").Lines(run.Error);
        if (run.PausedAt is { } step) page.Heading($"To do: {step.Title}").Lines(step.Instructions);
        Readiness(page, run);
        Stops(page, run);
        page.Heading("What was done").Timeline(run.Steps).Downtime(run.Downtime, downtime, predicted: false);
        page.Heading("What an upgrade must not lower");
        if (run.InvariantsBefore.Count == 0) page.Paragraph("The application tells no such numbers, or they were not read.", soft: true);
        page.Invariants(run.InvariantsBefore, run.InvariantsAfter).Backup(run.Backup);
        Kept(page, run);
        return page.Paragraph($"Written by UpgradeModule {Operations.ModuleVersion.Current} on {Page.Time(written)}.", soft: true).Write(title);
    }

    private static void Readiness(Page page, UpgradeRun run)
    {
        if (run.Steps.FirstOrDefault(static step => step.Id == "Readiness") is not { } check) return;
        page.Heading("What stood in the way").Paragraph(check.Status == UpgradeActionStatus.Failed ? check.Message ?? "" : $"Nothing: {check.Message}.");
    }

    private static void Stops(Page page, UpgradeRun run)
    {
        var stops = run.Steps.Where(static step => step.Stop is not null).GroupBy(static step => step.Stop!.Text).ToList();
        if (stops.Count == 0) return;
        page.Heading("Stops").Table(["Version", "State", "#Took"], stops.Select(stop =>
        {
            var failed = stop.Any(static step => step.Status is UpgradeActionStatus.Failed or UpgradeActionStatus.Undone);
            var healthy = stop.Any(static step => step is { Id: "Wait", Status: UpgradeActionStatus.Done });
            var took = stop.Aggregate(TimeSpan.Zero, static (sum, step) => sum + (step.Duration ?? TimeSpan.Zero));
            return (IReadOnlyList<string>)[Page.Text(stop.Key), failed ? Page.Mood("failed", "bad") : healthy ? Page.Mood("healthy", "good") : Page.Mood("not reached", "wait"), Page.Text(Page.Span(took))];
        }));
    }

    private static void Kept(Page page, UpgradeRun run)
    {
        page.Heading("Kept for the way back");
        if (run.Kept.Count == 0)
        {
            page.Paragraph("Nothing.", soft: true);
            return;
        }

        page.Table(["What", "Where", "Version", "#Size", ""], run.Kept.Select(static item => (IReadOnlyList<string>)
        [
            Page.Text(item.Kind), $"<span class=\"mono\">{Page.Text(item.Location)}</span>", Page.Text(item.Version), Page.Text(item.Size is { } size ? Page.Size(size) : ""), item.Dropped ? Page.Mood("dropped", "wait") : Page.Mood("there", "good"),
        ]));
    }
}
