using System.Collections;
using System.Globalization;
using System.Management.Automation;
using UpgradeModule.Binding;

namespace UpgradeModule.Display;

/// <summary>What the module's format views call to show sizes, times and paths to people. Records that were serialised are shown as well.</summary>
public static class Show
{
    private static readonly string[] s_units = ["B", "KB", "MB", "GB", "TB", "PB"];

    /// <summary>Shows a number of bytes with a fitting unit: <c>14.9 MB</c>.</summary>
    /// <param name="bytes">The number.</param>
    public static string Size(object? bytes)
    {
        if (!LanguagePrimitives.TryConvertTo<double>(bytes, out var size) || bytes is null) return "";
        var unit = 0;
        while (size >= 1024 && unit < s_units.Length - 1)
        {
            size /= 1024;
            unit++;
        }

        return size.ToString(unit == 0 ? "0" : "0.#", CultureInfo.InvariantCulture) + " " + s_units[unit];
    }

    /// <summary>Shows a moment in local time, to the minute: <c>2026-11-21 14:05</c>.</summary>
    /// <param name="moment">The moment.</param>
    public static string Time(object? moment) =>
        RecordRebuilder.Moment(moment) is { } time ? time.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : "";

    /// <summary>Shows how long ago a moment was, in its biggest unit: <c>5 min</c>, <c>31 h</c>, <c>12 d</c>.</summary>
    /// <param name="moment">The moment.</param>
    public static string Age(object? moment)
    {
        if (RecordRebuilder.Moment(moment) is not { } then) return "";
        var age = DateTimeOffset.UtcNow - then;
        if (age < TimeSpan.FromMinutes(1)) return "now";
        if (age < TimeSpan.FromHours(1)) return string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalMinutes} min");
        return age < TimeSpan.FromDays(2) ? string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalHours} h") : string.Create(CultureInfo.InvariantCulture, $"{(int)age.TotalDays} d");
    }

    /// <summary>Shows a day: <c>2026-11-21</c>.</summary>
    /// <param name="day">The day.</param>
    public static string Day(object? day) =>
        RecordRebuilder.Day(day) is { } date ? date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "";

    /// <summary>Shows a span of time with a fitting unit: <c>0.8 s</c>, <c>4 min 10 s</c>, <c>2 h 5 min</c>.</summary>
    /// <param name="span">The span.</param>
    public static string Span(object? span)
    {
        if (span is null || !LanguagePrimitives.TryConvertTo<TimeSpan>(span, out var time)) return "";
        if (time < TimeSpan.FromMinutes(1)) return time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s";
        return time < TimeSpan.FromHours(1)
            ? string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min");
    }

    /// <summary>Shows several things in one line, separated by commas.</summary>
    /// <param name="items">The things.</param>
    public static string List(object? items) => string.Join(", ", Texts(items));

    /// <summary>Shows several things, one a line.</summary>
    /// <param name="items">The things.</param>
    public static string Lines(object? items) => string.Join(Environment.NewLine, Texts(items));

    /// <summary>Shows an upgrade path as a small table with the steps between its stops.</summary>
    /// <param name="path">The path.</param>
    /// <param name="window">The width of the window that it is shown in, in columns; 0 where it isn't known.</param>
    public static string Path(object? path, int window = 0) => Record<UpgradePath>(path) is { } record ? PathView.Of(record, window) : "";

    /// <summary>Shows what stands in the way of an upgrade, and what to do about it.</summary>
    /// <param name="result">The result of Test-UpgradeReadiness.</param>
    /// <param name="window">The width of the window that it is shown in, in columns; 0 where it isn't known.</param>
    public static string Readiness(object? result, int window = 0) => Record<ReadinessResult>(result) is { } record ? ReadinessView.Of(record, window) : "";

    /// <summary>Shows a record that is read one at a time: a result as a list, a path as a small table, what a readiness check found in words.</summary>
    /// <param name="record">The record.</param>
    /// <param name="window">The width of the window that it is shown in, in columns; 0 where it isn't known.</param>
    /// <param name="accent">The escape sequence that colours labels; empty for none.</param>
    /// <returns>Its lines. PowerShell carries colours on from line to line of one text, and begins anew with each text.</returns>
    public static string[] Details(object? record, int window = 0, string? accent = null) => Whole(record, window, accent ?? "").ReplaceLineEndings("\n").Split('\n');

    private static string Whole(object? record, int window, string accent)
    {
        var view = new DetailsView(window, accent);
        if (Record<UpgradeResult>(record) is { } upgrade) return ResultViews.Of(upgrade, view);
        if (Record<UpgradeReport>(record) is { } report) return view.Add("Deployment", report.Deployment).Add("Run", report.RunId, when: !string.IsNullOrEmpty(report.RunId)).Add("Report", report.Path).Add("Size", Size(report.Size)).ToString();
        if (Record<UpgradeRehearsal>(record) is { } rehearsal) return RehearsalView.Of(rehearsal, view);
        if (Record<BackupTestResult>(record) is { } proof) return ResultViews.Of(proof, view);
        if (Record<HistoryTestResult>(record) is { } history) return ResultViews.Of(history, view);
        if (Record<RestoreResult>(record) is { } restore) return ResultViews.Of(restore, view);
        if (Record<DefinitionTestResult>(record) is { } check) return ResultViews.Of(check, view);
        return Record<UpgradePath>(record) is { } path ? PathView.Of(path, window) : Readiness(record, window);
    }

    private static IEnumerable<string> Texts(object? items)
    {
        var plain = items is PSObject { BaseObject: IEnumerable inner } ? inner : items;
        return plain switch
        {
            null => [],
            string text => [text],
            IEnumerable many => many.Cast<object?>().Select(item => item?.ToString() ?? ""),
            _ => [plain.ToString() ?? ""],
        };
    }

    private static T? Record<T>(object? value)
        where T : class => value switch
    {
        T record => record,
        PSObject { BaseObject: T record } => record,
        PSObject bag when RecordRebuilder.TryRebuild(bag, typeof(T), out var rebuilt) => (T?)rebuilt,
        _ => null,
    };
}
