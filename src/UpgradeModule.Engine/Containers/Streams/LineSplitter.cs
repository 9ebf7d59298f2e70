using System.Text;

namespace UpgradeModule.Engine.Containers.Streams;

/// <summary>Makes lines of pieces of bytes. A line may come in many pieces, and a character in two.</summary>
internal sealed class LineSplitter(bool isError)
{
    private const int Longest = 1024 * 1024;

    private readonly MemoryStream _begun = new();

    /// <summary>Whether a line has begun and not ended.</summary>
    public bool HasBegun => _begun.Length > 0;

    /// <summary>Takes a piece in.</summary>
    /// <param name="piece">The piece.</param>
    /// <returns>The lines that it ends.</returns>
    public IEnumerable<LogLine> Take(ReadOnlyMemory<byte> piece)
    {
        while (piece.Span.IndexOf((byte)'\n') is >= 0 and var end)
        {
            _begun.Write(piece.Span[..end]);
            piece = piece[(end + 1)..];
            yield return Line();
        }

        _begun.Write(piece.Span);
        if (_begun.Length > Longest) yield return Line();
    }

    /// <summary>Gives what is left when there is no more.</summary>
    public LogLine? End() => _begun.Length > 0 ? Line() : null;

    private LogLine Line()
    {
        var text = Encoding.UTF8.GetString(_begun.GetBuffer(), 0, (int)_begun.Length).TrimEnd('\r');
        _begun.SetLength(0);
        return new LogLine(text, isError);
    }
}
