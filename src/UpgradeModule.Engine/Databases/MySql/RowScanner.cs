using System.Buffers;
using System.Security.Cryptography;
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
    private IncrementalHash? _row;
    private int _rowStart;

    /// <summary>The rows of every table that was inserted into.</summary>
    public IReadOnlyDictionary<string, long> Rows => _rows;

    /// <summary>Gives what the rows of a table are hashed with; they aren't without it.</summary>
    public Func<string, ContentHash>? HashOf { get; init; }

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
        // A row that began before goes on at the first of these bytes.
        _rowStart = 0;
        var end = Scan(bytes);
        if (_row is not null && _values && _depth > 0) _row.AppendData(end < 0 ? bytes[_rowStart..] : bytes[_rowStart..end]);
        return end;
    }

    private int Scan(ReadOnlySpan<byte> bytes)
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
            if (Step(bytes, at++)) return at;
        }

        return -1;
    }

    private bool Step(ReadOnlySpan<byte> bytes, int at)
    {
        var one = bytes[at];
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
                if (_depth++ == 0 && _values) BeginRow(at);
                break;
            case (byte)')':
                if (--_depth == 0 && _values) EndRow(bytes[_rowStart..at]);
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

    private void BeginRow(int at)
    {
        _count++;
        if (HashOf is null) return;
        _row ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        _rowStart = at + 1;
    }

    private void EndRow(ReadOnlySpan<byte> rest)
    {
        if (HashOf is null || _row is null) return;
        _row.AppendData(rest);
        HashOf(Encoding.UTF8.GetString([.. _name])).AddDigest(_row.GetHashAndReset());
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
