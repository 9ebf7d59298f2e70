using System.Text;

namespace UpgradeModule.Display;

/// <summary>Shows one record as a list: its labels beneath each other, what belongs to them beside, wrapped at whole words.</summary>
/// <remarks>
/// PowerShell's own list views would read the same, but each of their entries and conditions is read at every import, whether or not one is shown.
/// </remarks>
/// <param name="window">The window's width in columns; 0 where it isn't known.</param>
/// <param name="accent">The escape sequence that colours the labels; empty for none.</param>
internal sealed class DetailsView(int window, string accent)
{
    private const string Reset = "\u001b[0m";

    private readonly List<(string Label, string Content)> _fields = [];

    /// <summary>Adds a line.</summary>
    /// <param name="label">What stands before it.</param>
    /// <param name="content">What it says, in one or more lines.</param>
    /// <param name="when">Whether it is shown.</param>
    public DetailsView Add(string label, string? content, bool when = true)
    {
        if (when) _fields.Add((label, content ?? ""));
        return this;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var columns = new Columns(window);
        var text = new StringBuilder();
        var width = _fields.Max(field => field.Label.Length);
        foreach (var (label, content) in _fields)
        {
            var start = text.Length;
            var lead = $"{label.PadRight(width)} : ";
            foreach (var line in content.ReplaceLineEndings("\n").TrimEnd().Split('\n'))
            {
                // Instructions are Markdown: what is indented stays so.
                var margin = line.Length - line.AsSpan().TrimStart().Length;
                var first = text.Length == start;
                if (!first && line.Length == 0) text.AppendLine();
                else columns.Append(text, (first ? lead : new string(' ', lead.Length)) + line[..margin], line);
            }

            if (accent.Length > 0) text.Insert(start + lead.Length, Reset).Insert(start, accent);
        }

        return text.ToString().TrimEnd();
    }
}
