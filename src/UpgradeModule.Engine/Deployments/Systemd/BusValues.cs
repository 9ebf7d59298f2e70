using System.Globalization;
using System.Text;

namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>
/// Reads a value as <c>busctl</c> writes it: its type, then its parts in their order, arrays with their length before them, texts in double
/// quotes with C's escapes. Unlike <c>systemctl show</c> it keeps apart the arguments of a command that have spaces in them.
/// </summary>
internal sealed class BusValues
{
    private readonly string _line;
    private int _at;

    /// <summary>Begins to read a line.</summary>
    /// <param name="line">The line, type first.</param>
    public BusValues(string line)
    {
        _line = line;
        Type = Word();
    }

    /// <summary>The D-Bus type: <c>as</c>, <c>a(sb)</c>.</summary>
    public string Type { get; }

    /// <summary>Reads a number.</summary>
    /// <exception cref="FormatException">The next part is none.</exception>
    public ulong Number() => ulong.Parse(Word(), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Reads a truth value.</summary>
    public bool Boolean() => Word() == "true";

    /// <summary>Passes over parts that are no texts.</summary>
    /// <param name="count">How many.</param>
    public void Skip(int count)
    {
        while (count-- > 0) Word();
    }

    /// <summary>Reads an array of texts.</summary>
    public IReadOnlyList<string> Texts() => Many(static values => values.Text());

    /// <summary>Reads an array.</summary>
    /// <param name="one">Reads one of it.</param>
    public IReadOnlyList<T> Many<T>(Func<BusValues, T> one)
    {
        var count = Number();
        var all = new List<T>();
        for (ulong i = 0; i < count; i++) all.Add(one(this));
        return all;
    }

    /// <summary>Reads a text.</summary>
    /// <exception cref="FormatException">The next part is none.</exception>
    public string Text()
    {
        while (_at < _line.Length && _line[_at] == ' ') _at++;
        if (_at >= _line.Length || _line[_at] != '"') throw new FormatException($"A text was expected in '{_line}' at {_at.ToString(CultureInfo.InvariantCulture)}.");
        _at++;
        var bytes = new List<byte>();
        while (_at < _line.Length && _line[_at] != '"') Character(bytes);
        if (_at >= _line.Length) throw new FormatException($"A text in '{_line}' has no end.");
        _at++;
        return Encoding.UTF8.GetString([.. bytes]);
    }

    private void Character(List<byte> bytes)
    {
        if (_line[_at] != '\\')
        {
            var rune = Rune.TryGetRuneAt(_line, _at, out var found) ? found : Rune.ReplacementChar;
            var buffer = new byte[4];
            bytes.AddRange(buffer.AsSpan(0, rune.EncodeToUtf8(buffer)));
            _at += Math.Max(1, rune == Rune.ReplacementChar ? 1 : rune.Utf16SequenceLength);
            return;
        }

        if (++_at >= _line.Length) throw new FormatException($"'{_line}' ends with a backslash.");
        var c = _line[_at++];
        if (c is >= '0' and <= '7')
        {
            if (_at + 2 > _line.Length) throw new FormatException($"'{_line}' ends in the middle of a character.");
            bytes.Add(Convert.ToByte(_line.Substring(_at - 1, 3), 8));
            _at += 2;
            return;
        }

        bytes.Add((byte)(c switch { 'a' => '\a', 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v', _ => c }));
    }

    private string Word()
    {
        while (_at < _line.Length && _line[_at] == ' ') _at++;
        var start = _at;
        while (_at < _line.Length && _line[_at] != ' ') _at++;
        return start == _at ? throw new FormatException($"'{_line}' ends too early.") : _line[start.._at];
    }
}
