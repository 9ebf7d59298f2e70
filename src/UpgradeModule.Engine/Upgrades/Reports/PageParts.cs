using System.Globalization;

namespace UpgradeModule.Engine.Upgrades.Reports;

/// <summary>The parts that reports of runs and of rehearsals have in common.</summary>
internal static class PageParts
{
    /// <summary>Adds the downtime with its parts.</summary>
    /// <param name="page">The page.</param>
    /// <param name="whole">All of it.</param>
    /// <param name="parts">Its parts.</param>
    /// <param name="predicted">Whether it is a prediction.</param>
    public static Page Downtime(this Page page, TimeSpan whole, IReadOnlyList<DowntimePart> parts, bool predicted)
    {
        page.Heading(predicted ? "Predicted downtime" : "Downtime").Paragraph(predicted ? $"{Page.Span(whole)} in all, from each stop until a version is healthy again." : $"{Page.Span(whole)} in all, from each stop until a version was healthy again.");
        if (parts.Count == 0) return page;
        var rest = whole - parts.Aggregate(TimeSpan.Zero, static (sum, part) => sum + part.Duration);
        page.Stack([.. parts.Select(static part => ($"{part.Stop} {part.Action}", part.Duration))]);
        var rows = parts.Select(static part => (IReadOnlyList<string>)[Page.Text(part.Stop), Page.Text(part.Action), Page.Text(part.Title), Page.Text(Page.Span(part.Duration))]);
        return page.Table(["Stop", "Part", "What", "#Took"], rest > TimeSpan.FromMilliseconds(50) ? rows.Append(["", "", "Between them, and the way back", Page.Text(Page.Span(rest))]) : rows);
    }

    /// <summary>Adds what the upgrade must not lower.</summary>
    /// <param name="page">The page.</param>
    /// <param name="before">The numbers before.</param>
    /// <param name="after">The numbers after.</param>
    public static Page Invariants(this Page page, IReadOnlyList<InvariantValue> before, IReadOnlyList<InvariantValue> after)
    {
        if (before.Count == 0) return page;
        return page.Table(["What", "#Before", "#After", ""], before.Select(was => Row(was, after.FirstOrDefault(now => now.Name == was.Name))));
    }

    /// <summary>Adds the backup and its proof.</summary>
    /// <param name="page">The page.</param>
    /// <param name="backup">The backup.</param>
    public static Page Backup(this Page page, AppBackup? backup)
    {
        page.Heading("Backup");
        if (backup is null) return page.Paragraph("None was made.", soft: true);
        return page.Facts(
            ("Name", backup.Id),
            ("Folder", backup.Path),
            ("Made", Page.Time(backup.Created)),
            ("Proven", backup.ProvenOn is null ? "not yet" : $"{Page.Time(backup.ProvenOn)}, by a restore in which every row was counted"),
            ("Holds", string.Create(CultureInfo.InvariantCulture, $"{backup.Tables} tables, {backup.Rows:N0} rows, {Page.Size(backup.Size)}")),
            ("Version", backup.Version?.Text));
    }

    /// <summary>Adds the line of time.</summary>
    /// <param name="page">The page.</param>
    /// <param name="steps">What was done.</param>
    public static Page Timeline(this Page page, IReadOnlyList<UpgradeAction> steps)
    {
        var timed = steps.Where(static step => step.StartedOn is not null).ToList();
        if (timed.Count == 0) return page.Paragraph("Nothing was done.", soft: true);
        var start = timed.Min(static step => step.StartedOn!.Value);
        var length = Math.Max(0.001, timed.Max(step => (step.StartedOn!.Value - start + (step.Duration ?? TimeSpan.Zero)).TotalSeconds));
        return page.Table(["Stop", "Action", "State", "#Took", "When"], timed.Select(step => (IReadOnlyList<string>)
        [
            Page.Text(step.Stop),
            $"{Page.Text(step.Title)}{(string.IsNullOrEmpty(step.Message) ? "" : $"<div class=\"soft mono\">{Page.Text(Short(step.Message))}</div>")}",
            Page.Mood(step.Status.ToString(), step.Status switch { UpgradeActionStatus.Done => "good", UpgradeActionStatus.Failed => "bad", _ => "wait" }),
            Page.Text(step.Duration is { } took ? Page.Span(took) : ""),
            Page.Bar((step.StartedOn!.Value - start).TotalSeconds / length, (step.Duration ?? TimeSpan.Zero).TotalSeconds / length, step.Status == UpgradeActionStatus.Failed ? "failed" : DowntimePart.IsDown(step.Id) ? "down" : ""),
        ])).Paragraph("The bars in orange are the time in which people could not use the application.", soft: true);
    }

    private static string Short(string text) => text.Length > 600 ? text[..600] + " …" : text;

    private static IReadOnlyList<string> Row(InvariantValue was, InvariantValue? now)
    {
        var (text, mood) = (was.Value, now?.Value) switch
        {
            ({ } before, { } after) when after < before => ("fell", "bad"),
            ({ }, { }) => ("kept", "good"),
            (_, null) when now is null => ("not read", "wait"),
            _ => (now?.Detail ?? was.Detail ?? "not read", "wait"),
        };
        return [Page.Text(was.Name), Page.Text(was.Value), Page.Text(now?.Value), Page.Mood(text, mood)];
    }
}
