namespace UpgradeModule.Display;

/// <summary>What the results of testing, restoring and upgrading tell in a list.</summary>
internal static class ResultViews
{
    /// <summary>An upgrade at its end: how it ended, what it cost, what is left to do.</summary>
    /// <param name="result">The result.</param>
    /// <param name="view">The list.</param>
    public static string Of(UpgradeResult result, DetailsView view)
    {
        var kept = result.Kept.Count(item => !item.Dropped);
        var wanted = result.Reached?.Text == result.To?.Text ? "" : $" (wanted: {result.To})";
        return view
            .Add("Deployment", $"{result.Deployment.Name} ({result.Deployment.App})")
            .Add("Outcome", result.Outcome?.ToString())
            .Add("Version", $"{result.From} -> {result.Reached}{wanted}")
            .Add("Downtime", Show.Span(result.Downtime))
            .Add("Duration", Show.Span(result.Duration))
            .Add("Backup", result.Backup?.Path, when: result.Backup is not null)
            .Add("Kept", $"{kept} {(kept == 1 ? "thing" : "things")} for the way back; Complete-UpgradeRun drops {(kept == 1 ? "it" : "them")}", when: kept > 0)
            .Add("Resumed", $"{result.Resumed} time{(result.Resumed == 1 ? "" : "s")}", when: result.Resumed > 0)
            .Add("Undone", $"{result.Undo?.Strategy} by {result.Undo?.By}, {Show.Time(result.Undo?.EndedOn)}", when: result.Undo is { EndedOn: not null })
            .Add("PausedAt", $"{result.PausedAt?.Title} [{result.PausedAt?.Id}]", when: result.PausedAt is not null)
            .Add("ToDo", result.PausedAt?.Instructions, when: result.PausedAt is not null)
            .Add("Error", string.IsNullOrEmpty(result.ErrorId) ? result.Error : $"{result.Error} [{result.ErrorId}]", when: !string.IsNullOrEmpty(result.Error))
            .Add("RunId", result.RunId)
            .Add("History", result.HistoryHead, when: result.HistoryHead is not null)
            .ToString();
    }

    /// <summary>A tested backup: what was looked at, and what is not as it should be.</summary>
    /// <param name="result">The result.</param>
    /// <param name="view">The list.</param>
    public static string Of(BackupTestResult result, DetailsView view) => view
        .Add("Backup", result.Backup.ToString())
        .Add("Valid", result.Valid.ToString())
        .Add("Checked", $"{result.FilesChecked} files")
        .Add("Compared", Compared(result), when: !result.ChecksumOnly)
        .Add("RestoredTo", result.RestoredTo, when: !string.IsNullOrEmpty(result.RestoredTo))
        .Add("ProvenOn", Show.Time(result.ProvenOn), when: result.ProvenOn is not null)
        .Add("Duration", Show.Span(result.Duration))
        .Add("Problems", Show.Lines(result.Problems), when: result.Problems.Count > 0)
        .ToString();

    // Tables that nobody could count when the backup was made are no empty database.
    private static string Compared(BackupTestResult result)
    {
        var counts = result is { Valid: true, TablesCompared: 0, Backup.Tables: 0 } ? "no counts, as the backup has none" : $"{result.TablesCompared} tables, {result.RowsCompared} rows";
        return result.TablesHashed > 0 ? $"{counts}, {result.TablesHashed} tables row by row" : counts;
    }

    /// <summary>A tested history: how far it goes, and the first place at which it isn't as it was written.</summary>
    /// <param name="result">The result.</param>
    /// <param name="view">The list.</param>
    public static string Of(HistoryTestResult result, DetailsView view) => view
        .Add("Journal", result.Journal)
        .Add("Intact", result.Intact.ToString())
        .Add("Entries", $"{result.Entries}, of {result.Runs} {(result.Runs == 1 ? "run" : "runs")}{(result.LastWrittenOn is null ? "" : $"; the last {Show.Time(result.LastWrittenOn)}")}")
        .Add("Head", result.Head, when: result.Head is not null)
        .Add("FirstBroken", result.FirstBroken?.Message, when: result.FirstBroken is not null)
        .Add("Contains", result.ContainsHead == true ? $"{result.ExpectedHead}, entry {result.HeadEntry}" : $"not {result.ExpectedHead}", when: result.ContainsHead is not null)
        .Add("Unchained", Show.List(result.Unchained), when: result.Unchained.Count > 0)
        .ToString();

    /// <summary>A restored backup: what is there now, and where the data before it is kept.</summary>
    /// <param name="result">The result.</param>
    /// <param name="view">The list.</param>
    public static string Of(RestoreResult result, DetailsView view) => view
        .Add("Deployment", result.Deployment.ToString())
        .Add("Backup", result.Backup.ToString())
        .Add("Database", result.Database?.ToString())
        .Add("Restored", $"{result.Tables} tables, {result.Rows} rows")
        .Add("KeptAs", result.KeptAs, when: !string.IsNullOrEmpty(result.KeptAs))
        .Add("Duration", Show.Span(result.Duration))
        .ToString();

    /// <summary>A checked definition: whether it can be used, and what is wrong with it.</summary>
    /// <param name="result">The result.</param>
    /// <param name="view">The list.</param>
    public static string Of(DefinitionTestResult result, DetailsView view) => view
        .Add("Name", result.Name)
        .Add("Valid", result.Valid.ToString())
        .Add("Path", result.Path)
        .Add("Problems", Show.Lines(result.Problems), when: result.Problems.Count > 0)
        .ToString();
}
