using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace UpgradeModule.Engine.Upgrades.Reports;

/// <summary>An HTML page that is complete in itself: no script, nothing that is fetched. Whatever is written into it is escaped.</summary>
internal sealed class Page
{
    private const string Style = """
        :root{--paper:#fff;--ink:#1c2127;--soft:#5b6570;--line:#dde2e8;--card:#f6f8fa;--good:#1a7f4b;--bad:#b3261e;--wait:#8a6100;--bar:#6f8fb5;--down:#c9652b}
        @media(prefers-color-scheme:dark){:root{--paper:#15191e;--ink:#e4e8ec;--soft:#9aa5b1;--line:#2d343c;--card:#1c2228;--good:#56c98b;--bad:#ff8a80;--wait:#e6b34a;--bar:#6288b8;--down:#d97b45}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        main{max-width:1000px;margin:0 auto;padding:28px 20px 60px}
        h1{font-size:24px;margin:0 0 2px}h2{font-size:17px;margin:34px 0 10px;padding-bottom:5px;border-bottom:1px solid var(--line)}
        p{margin:8px 0}.soft{color:var(--soft)}.mono{font-family:ui-monospace,Consolas,"DejaVu Sans Mono",monospace;font-size:13px;overflow-wrap:anywhere}
        .badge{display:inline-block;padding:1px 10px;border-radius:10px;border:1px solid currentColor;font-size:13px;font-weight:600;vertical-align:3px;margin-left:8px}
        .good{color:var(--good)}.bad{color:var(--bad)}.wait{color:var(--wait)}
        table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{text-align:left;vertical-align:top;padding:5px 10px 5px 0;border-bottom:1px solid var(--line)}
        th{color:var(--soft);font-weight:600;font-size:13px}td.number,th.number{text-align:right;white-space:nowrap}
        .facts td:first-child{color:var(--soft);width:150px}
        .track{position:relative;height:12px;min-width:160px;background:var(--card);border-radius:3px;margin-top:6px}
        .track i{position:absolute;top:0;bottom:0;min-width:2px;background:var(--bar);border-radius:2px}.track i.down{background:var(--down)}.track i.failed{background:var(--bad)}
        .stack{display:flex;height:22px;border-radius:4px;overflow:hidden;background:var(--card);margin:8px 0}.stack i{background:var(--down);border-right:1px solid var(--paper);min-width:2px}
        .stack i:nth-child(3n+2){opacity:.75}.stack i:nth-child(3n){opacity:.5}
        pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--card);border:1px solid var(--line);border-radius:5px;padding:10px;font:13px/1.45 ui-monospace,Consolas,"DejaVu Sans Mono",monospace;margin:8px 0}
        @media print{main{max-width:none;padding:0}h2{break-after:avoid}tr{break-inside:avoid}}
        """;

    private readonly StringBuilder _body = new();

    /// <summary>Adds a heading.</summary>
    /// <param name="text">What it says.</param>
    public Page Heading(string text) => Add($"<h2>{Text(text)}</h2>");

    /// <summary>Adds the title with how it ended.</summary>
    /// <param name="text">The title.</param>
    /// <param name="badge">How it ended.</param>
    /// <param name="mood"><c>good</c>, <c>bad</c> or <c>wait</c>.</param>
    public Page Title(string text, string badge, string mood) => Add($"<h1>{Text(text)}<span class=\"badge {mood}\">{Text(badge)}</span></h1>");

    /// <summary>Adds a paragraph.</summary>
    /// <param name="text">What it says.</param>
    /// <param name="soft">Whether it is of less weight.</param>
    public Page Paragraph(string text, bool soft = false) => Add($"<p{(soft ? " class=\"soft\"" : "")}>{Text(text)}</p>");

    /// <summary>Adds lines as they are.</summary>
    /// <param name="text">The lines.</param>
    public Page Lines(string text) => Add($"<pre>{Text(text)}</pre>");

    /// <summary>Adds facts; those without a value are left out.</summary>
    /// <param name="facts">Each with its name.</param>
    public Page Facts(params (string Name, string? Value)[] facts) =>
        Add($"<table class=\"facts\">{string.Concat(facts.Where(static fact => !string.IsNullOrEmpty(fact.Value)).Select(static fact => $"<tr><td>{Text(fact.Name)}</td><td>{Text(fact.Value)}</td></tr>"))}</table>");

    /// <summary>Adds a table.</summary>
    /// <param name="columns">Its columns; one that begins with <c>#</c> holds numbers.</param>
    /// <param name="rows">Its rows, cells as <see cref="Text"/> or another method here made them.</param>
    public Page Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var head = string.Concat(columns.Select(static column => $"<th{Number(column)}>{Text(column.TrimStart('#'))}</th>"));
        var lines = rows.Select(row => $"<tr>{string.Concat(row.Select((cell, index) => $"<td{Number(columns[index])}>{cell}</td>"))}</tr>");
        return Add($"<table><thead><tr>{head}</tr></thead><tbody>{string.Concat(lines)}</tbody></table>");
    }

    /// <summary>Adds a bar of parts.</summary>
    /// <param name="parts">Each part's name and length.</param>
    public Page Stack(IReadOnlyList<(string Name, TimeSpan Length)> parts)
    {
        var total = parts.Sum(static part => part.Length.TotalSeconds);
        if (total <= 0) return this;
        return Add($"<div class=\"stack\">{string.Concat(parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"<i style=\"width:{100 * part.Length.TotalSeconds / total:0.##}%\" title=\"{Text(part.Name)}: {Text(Span(part.Length))}\"></i>")))}</div>");
    }

    /// <summary>A bar on a line of time.</summary>
    /// <param name="start">Where it begins, from 0 to 1.</param>
    /// <param name="length">How long it is, from 0 to 1.</param>
    /// <param name="mood"><c>down</c>, <c>failed</c> or nothing.</param>
    public static string Bar(double start, double length, string mood) => string.Create(
        CultureInfo.InvariantCulture, $"<div class=\"track\"><i class=\"{mood}\" style=\"left:{100 * Math.Clamp(start, 0, 1):0.##}%;width:{100 * Math.Clamp(length, 0, 1 - Math.Clamp(start, 0, 1)):0.##}%\"></i></div>");

    /// <summary>A word in a mood.</summary>
    /// <param name="text">The word.</param>
    /// <param name="mood"><c>good</c>, <c>bad</c> or <c>wait</c>.</param>
    public static string Mood(string text, string mood) => $"<span class=\"{mood}\">{Text(text)}</span>";

    /// <summary>A text, escaped.</summary>
    /// <param name="text">The text.</param>
    public static string Text(object? text) => HtmlEncoder.Default.Encode(Convert.ToString(text, CultureInfo.InvariantCulture) ?? "");

    /// <summary>A span of time for people: <c>0.8 s</c>, <c>4 min 10 s</c>.</summary>
    /// <param name="span">The span.</param>
    public static string Span(TimeSpan span) => span < TimeSpan.FromMinutes(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s")
        : span < TimeSpan.FromHours(1) ? string.Create(CultureInfo.InvariantCulture, $"{span.Minutes} min {span.Seconds} s") : string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes} min");

    /// <summary>A moment for people, in UTC.</summary>
    /// <param name="moment">The moment.</param>
    public static string? Time(DateTimeOffset? moment) => moment?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A number of bytes for people.</summary>
    /// <param name="bytes">The number.</param>
    public static string Size(long bytes)
    {
        string[] units = ["B", "KB", "MB", "GB", "TB"];
        double size = bytes;
        var unit = 0;
        for (; size >= 1024 && unit < units.Length - 1; unit++) size /= 1024;
        return size.ToString(unit == 0 ? "0" : "0.#", CultureInfo.InvariantCulture) + " " + units[unit];
    }

    /// <summary>Writes the page.</summary>
    /// <param name="title">What the window is called.</param>
    public string Write(string title) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>{Text(title)}</title>
        <style>
        {Style}
        </style>
        </head>
        <body>
        <main>
        {_body}</main>
        </body>
        </html>

        """;

    private static string Number(string column) => column.StartsWith('#') ? " class=\"number\"" : "";

    private Page Add(string markup)
    {
        _body.Append(markup).Append('\n');
        return this;
    }
}
