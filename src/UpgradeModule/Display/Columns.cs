using System.Text;

namespace UpgradeModule.Display;

/// <summary>Wraps text in a column at whole words, so that tables stay tables in the window that they are shown in.</summary>
/// <param name="window">The window's width in columns; 100 where it isn't known.</param>
internal sealed class Columns(int window)
{
    private const int Usual = 100;
    private const int Least = 40;

    // Two less than the window: a line that fills it is broken again by some hosts.
    private readonly int _width = (window <= 0 ? Usual : Math.Clamp(window, Least, Usual)) - 2;

    /// <summary>Appends a text after a lead, its further lines beneath its first.</summary>
    /// <param name="text">What is appended to.</param>
    /// <param name="lead">What stands before the first line.</param>
    /// <param name="content">The text.</param>
    /// <param name="indent">Where further lines begin; beneath the first where negative.</param>
    public void Append(StringBuilder text, string lead, string content, int indent = -1)
    {
        var margin = indent < 0 ? lead.Length : indent;
        var column = lead.Length;
        text.Append(lead);
        var fresh = true;
        foreach (var word in content.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!fresh && column + 1 + word.Length > _width)
            {
                text.AppendLine().Append(' ', margin);
                column = margin;
                fresh = true;
            }

            if (!fresh)
            {
                text.Append(' ');
                column++;
            }

            text.Append(word);
            column += word.Length;
            fresh = false;
        }

        text.AppendLine();
    }
}
