using System.Text;

namespace UpgradeModule.Engine.Databases.H2;

/// <summary>Reads what H2's CSVWRITE wrote: every value in quotation marks, which are doubled inside, and NULL as nothing at all.</summary>
internal static class H2Csv
{
    /// <summary>Reads the rows, without the line of the columns' names.</summary>
    /// <param name="text">The file's content.</param>
    /// <exception cref="InvalidDataException">It isn't of that form.</exception>
    public static IReadOnlyList<IReadOnlyList<string?>> Read(string text)
    {
        var rows = new List<IReadOnlyList<string?>>();
        var row = new List<string?>();
        for (var at = 0; at < text.Length;)
        {
            row.Add(Value(text, ref at));
            var ends = at >= text.Length || text[at] is '\n' or '\r';
            if (!ends && text[at] != ',') throw new InvalidDataException("a value is followed by neither a comma nor a line's end");
            if (ends)
            {
                rows.Add(row);
                row = [];
                if (at < text.Length && text[at] == '\r') at++;
                if (at < text.Length && text[at] == '\n') at++;
            }
            else if (++at == text.Length)
            {
                row.Add(null);
                rows.Add(row);
            }
        }

        return rows.Count == 0 ? throw new InvalidDataException("it has no line of names") : rows.GetRange(1, rows.Count - 1);
    }

    private static string? Value(string text, ref int at)
    {
        if (text[at] != '"')
        {
            return text[at] is ',' or '\n' or '\r' ? null : throw new InvalidDataException("a value begins without a quotation mark");
        }

        var value = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '"') value.Append(text[at]);
            else if (at + 1 < text.Length && text[at + 1] == '"') value.Append(text[at++]);
            else
            {
                at++;
                return value.ToString();
            }
        }

        throw new InvalidDataException("a value has no end");
    }
}
