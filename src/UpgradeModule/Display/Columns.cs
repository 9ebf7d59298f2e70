using System.Text;

namespace UpgradeModule.Display;

/// <summary>Wraps text in a column, so that tables stay tables in a window of 100 columns.</summary>
internal static class Columns
{
    private const int Width = 98;

    /// <summary>Appends a text after a lead, its further lines beneath its first.</summary>
    /// <param name="text">What is appended to.</param>
    /// <param name="lead">What stands before the first line.</param>
    /// <param name="content">The text.</param>
    /// <param name="indent">Where further lines begin; beneath the first where negative.</param>
    public static void Append(StringBuilder text, string lead, string content, int indent = -1)
    {
        var margin = indent < 0 ? lead.Length : indent;
        var column = lead.Length;
        text.Append(lead);
        var fresh = true;
        foreach (var word in content.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!fresh && column + 1 + word.Length > Width)
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
