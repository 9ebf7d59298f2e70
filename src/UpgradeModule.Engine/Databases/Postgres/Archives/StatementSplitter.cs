using System.Text;

namespace UpgradeModule.Engine.Databases.Postgres.Archives;

/// <summary>Cuts a script into its statements, as psql does: a semicolon within a text, a comment, brackets or the body of a function is no end.</summary>
internal sealed class StatementSplitter
{
    private readonly StringBuilder _statement = new();
    private readonly StringBuilder _word = new();
    private string _before = "";
    private string? _dollar;
    private char _quote;
    private bool _escapes;
    private int _comment;
    private int _brackets;
    private int _atomic;

    /// <summary>Whether a backslash in a plain text is an ordinary character; a script may say otherwise.</summary>
    public bool StandardStrings { get; set; } = true;

    /// <summary>Whether a statement has begun and not ended yet.</summary>
    public bool IsInside => _statement.Length > 0 || _comment > 0;

    /// <summary>Takes a line.</summary>
    /// <param name="line">The line, with its line break.</param>
    /// <returns>The statements that end in it, without their semicolons.</returns>
    public IReadOnlyList<string> Add(string line)
    {
        var ended = new List<string>();
        for (var at = 0; at < line.Length; at++)
        {
            var skip = Step(line, at, ended);
            if (skip < 0) break;
            at += skip;
        }

        return ended;
    }

    // Gives how many characters besides this one are done with; below zero where the rest of the line is.
    private int Step(string line, int at, List<string> ended)
    {
        var (character, next) = (line[at], at + 1 < line.Length ? line[at + 1] : '\0');
        if (_comment > 0)
        {
            if (character == '*' && next == '/') _comment--;
            else if (character == '/' && next == '*') _comment++;
            else return 0;
            return 1;
        }

        if (_quote != '\0') return InQuote(character, next);
        if (_dollar is not null) return InDollar(line, at);
        if (character == '-' && next == '-')
        {
            EndWord();
            if (_statement.Length > 0) _statement.Append('\n');
            return -1;
        }

        if (character == '/' && next == '*')
        {
            EndWord();
            _comment = 1;
            return 1;
        }

        if (IsName(character) || (character == '$' && _word.Length > 0))
        {
            _word.Append(character);
            _statement.Append(character);
            return 0;
        }

        var word = EndWord();
        if (character == '$' && Tag(line, at) is { } tag)
        {
            _dollar = tag;
            _statement.Append(tag);
            return tag.Length - 1;
        }

        if (character is '\'' or '"') (_quote, _escapes) = (character, character == '\'' && (!StandardStrings || word is "E" or "e"));
        if (character == '(') _brackets++;
        if (character == ')' && _brackets > 0) _brackets--;
        if (character == ';' && _brackets == 0 && _atomic == 0)
        {
            if (_statement.ToString().Trim() is { Length: > 0 } statement) ended.Add(statement);
            _statement.Clear();
            _before = "";
            return 0;
        }

        if (_statement.Length > 0 || !char.IsWhiteSpace(character)) _statement.Append(character);
        return 0;
    }

    private int InQuote(char character, char next)
    {
        _statement.Append(character);
        if (_escapes && character == '\\' && next != '\0')
        {
            _statement.Append(next);
            return 1;
        }

        if (character != _quote) return 0;
        if (next != _quote)
        {
            _quote = '\0';
            return 0;
        }

        _statement.Append(next);
        return 1;
    }

    private int InDollar(string line, int at)
    {
        if (string.CompareOrdinal(line, at, _dollar, 0, _dollar!.Length) != 0)
        {
            _statement.Append(line[at]);
            return 0;
        }

        var length = _dollar.Length;
        _statement.Append(_dollar);
        _dollar = null;
        return length - 1;
    }

    // The body of a function of the SQL standard: BEGIN ATOMIC … END, with CASE … END within.
    private string EndWord()
    {
        if (_word.Length == 0) return "";
        var word = _word.ToString();
        _word.Clear();
        var upper = word.ToUpperInvariant();
        if (upper == "ATOMIC" && _before == "BEGIN") _atomic++;
        else if (_atomic > 0 && upper == "CASE") _atomic++;
        else if (_atomic > 0 && upper == "END") _atomic--;
        _before = upper;
        return word;
    }

    private static string? Tag(string line, int at)
    {
        for (var end = at + 1; end < line.Length; end++)
        {
            if (line[end] == '$') return line[at..(end + 1)];
            if (!IsName(line[end]) || (end == at + 1 && char.IsAsciiDigit(line[end]))) return null;
        }

        return null;
    }

    private static bool IsName(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' || character > '\x7f';
}
