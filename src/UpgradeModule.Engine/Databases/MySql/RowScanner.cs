using System.Buffers;
using System.Text;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Counts the rows of one INSERT statement after the other as a dump program writes them, wherever its bytes are cut.</summary>
internal sealed class RowScanner
{
    private static readonly SearchValues<byte> s_inText = SearchValues.Create("'\\"u8);
    private static readonly SearchValues<byte> s_inName = SearchValues.Create("`"u8);
    private static readonly SearchValues<byte> s_outside = SearchValues.Create("'`();V"u8);

    private readonly Dictionary<string, long> _rows = new(StringComparer.Ordinal);
    private readonly List<byte> _name = [];
    private byte _quote;
    private bool _escaped;
    private bool _named;
    private bool _maybeNamed;
    private bool _values;
    private int _depth;
    private long _count;

    /// <summary>The rows of every table that was inserted into.</summary>
    public IReadOnlyDictionary<string, long> Rows => _rows;

    /// <summary>Told the table of each statement.</summary>
    public Action<string>? OnTable { get; init; }

    /// <summary>A statement begins.</summary>
    public void Begin()
    {
        _name.Clear();
        (_quote, _escaped, _named, _maybeNamed, _values, _depth, _count) = (0, false, false, false, false, 0, 0);
    }

    /// <summary>Takes the next bytes of the statement.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>How many of them belong to it, where it ends among them; else -1.</returns>
    public int Take(ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            if (_escaped)
            {
                (_escaped, at) = (false, at + 1);
                continue;
            }

            if (_maybeNamed) Named(bytes[at] == '`');
            var next = bytes[at..].IndexOfAny(_quote == '\'' ? s_inText : _quote == '`' ? s_inName : s_outside);
            if (_quote == '`' && !_named) _name.AddRange(next < 0 ? bytes[at..] : bytes.Slice(at, next));
            if (next < 0) return -1;
            at += next;
            if (Step(bytes[at++])) return at;
        }

        return -1;
    }

    private bool Step(byte one)
    {
        if (_quote != 0)
        {
            if (one == '\\') _escaped = true;
            else
            {
                if (_quote == '`' && !_named) _maybeNamed = true;
                _quote = 0;
            }

            return false;
        }

        switch (one)
        {
            case (byte)'\'' or (byte)'`':
                _quote = one;
                break;
            case (byte)'(':
                if (_depth++ == 0 && _values) _count++;
                break;
            case (byte)')':
                _depth--;
                break;
            case (byte)'V' when _depth == 0 && _named:
                _values = true;
                break;
            case (byte)';' when _depth == 0:
                var name = Encoding.UTF8.GetString([.. _name]);
                _rows[name] = _rows.GetValueOrDefault(name) + _count;
                return true;
        }

        return false;
    }

    // A second mark right behind the first is one in the name.
    private void Named(bool goesOn)
    {
        _maybeNamed = false;
        if (goesOn)
        {
            _name.Add((byte)'`');
            return;
        }

        _named = true;
        OnTable?.Invoke(Encoding.UTF8.GetString([.. _name]));
    }
}
