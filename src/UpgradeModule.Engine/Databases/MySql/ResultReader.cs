using System.Text;
using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>
/// Reads results as the client program writes them with <c>--xml</c>: the one form of its output in which NULL is no text, and line ends in a value
/// end nothing. It is no XML where values hold bytes that XML doesn't know, so no XML reader reads it.
/// </summary>
/// <param name="reader">The program's output.</param>
internal sealed partial class ResultReader(TextReader reader)
{
    private const string End = "</resultset>";
    private const int BufferLength = 16 * 1024;

    private readonly StringBuilder _text = new();
    private readonly char[] _buffer = new char[BufferLength];

    /// <summary>Reads the next result.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The rows, each a list of values; <see langword="null"/> where the output has ended.</returns>
    public async Task<IReadOnlyList<IReadOnlyList<string?>>?> NextAsync(CancellationToken cancellationToken)
    {
        var searched = 0;
        while (true)
        {
            // A value's own < is written &lt;, so this is the end wherever it stands.
            var text = _text.ToString(searched, _text.Length - searched);
            var at = text.IndexOf(End, StringComparison.Ordinal);
            if (at >= 0)
            {
                var result = _text.ToString(0, searched + at);
                _text.Remove(0, searched + at + End.Length);
                return Rows(result);
            }

            searched = Math.Max(0, _text.Length - End.Length);
            var count = await reader.ReadAsync(_buffer, cancellationToken).ConfigureAwait(false);
            if (count == 0) return null;
            _text.Append(_buffer, 0, count);
        }
    }

    private static List<IReadOnlyList<string?>> Rows(string text)
    {
        var rows = new List<IReadOnlyList<string?>>();
        foreach (var row in text.Split("<row>").Skip(1)) rows.Add([.. Field().Matches(row).Select(match => match.Groups["nil"].Success ? null : Plain(match.Groups["value"].Value))]);
        return rows;
    }

    private static string Plain(string value) => value.Contains('&', StringComparison.Ordinal)
        ? value.Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal).Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal)
        : value;

    [GeneratedRegex("<field name=\"[^\"]*\"(?:(?<nil> xsi:nil=\"true\" ?/>)|>(?<value>[^<]*)</field>)", RegexOptions.Singleline)]
    private static partial Regex Field();
}
