using System.Globalization;
using System.Text;

namespace UpgradeModule.Tests.Deployments.Systemd;

/// <summary>Reads a command of a unit file by the rules of systemd.service(5) and systemd.syntax(7), for comparison: quotes, C's escapes, <c>%%</c>.</summary>
internal static class UnitWords
{
    public static IReadOnlyList<string> Read(string line)
    {
        var words = new List<string>();
        var i = 0;
        while (true)
        {
            while (i < line.Length && IsSpace(line[i])) i++;
            if (i >= line.Length) return words;
            if (line[i] == ';' && (i + 1 == line.Length || IsSpace(line[i + 1]))) throw new FormatException("Another command begins.");
            words.Add(Word(line, ref i).Replace("%%", "%", StringComparison.Ordinal));
        }
    }

    private static string Word(string line, ref int i)
    {
        var word = new StringBuilder();
        var quote = '\0';
        for (; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '\\') Escape(line, ref i, word);
            else if (c == quote) quote = '\0';
            else if (quote == '\0' && c is '"' or '\'') quote = c;
            else if (quote == '\0' && IsSpace(c)) break;
            else word.Append(c);
        }

        return quote == '\0' ? word.ToString() : throw new FormatException("A quote has no end.");
    }

    private static void Escape(string line, ref int i, StringBuilder word)
    {
        var c = line[++i];
        if (c == 'x')
        {
            word.Append((char)int.Parse(line.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            i += 2;
            return;
        }

        word.Append(c switch { 'n' => '\n', 't' => '\t', 'r' => '\r', '"' or '\\' => c, _ => throw new FormatException($"systemd knows no escape \\{c}.") });
    }

    // Of all that Unicode calls a space these alone part words.
    private static bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\r';
}
