namespace UpgradeModule.Engine.Databases.Postgres.Archives;

/// <summary>Reads a script line by line, as bytes, however long a line is.</summary>
/// <param name="source">The script.</param>
internal sealed class ScriptLines(Stream source)
{
    private byte[] _buffer = new byte[1 << 18];
    private int _start;
    private int _end;

    /// <summary>Reads a line.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The line with its line break, valid until the next one is read; <see langword="null"/> at the end.</returns>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        var searched = _start;
        while (true)
        {
            var at = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (at >= 0) return Take(searched + at + 1);
            searched = _end;
            if (_end == _buffer.Length)
            {
                // Room is made at the front, or by a bigger buffer where one line fills it.
                var bigger = _start > 0 ? _buffer : new byte[checked(_buffer.Length * 2)];
                Buffer.BlockCopy(_buffer, _start, bigger, 0, _end - _start);
                (_buffer, searched, _end, _start) = (bigger, searched - _start, _end - _start, 0);
            }

            var count = await source.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (count > 0)
            {
                _end += count;
                continue;
            }

            // In one expression, the null would become an empty line.
            if (_end == _start) return null;
            return Take(_end);
        }
    }

    private ReadOnlyMemory<byte> Take(int end)
    {
        var line = _buffer.AsMemory(_start, end - _start);
        _start = end;
        return line;
    }
}
