using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace UpgradeModule.Engine.Containers.Streams;

/// <summary>
/// Takes apart what a container writes. Without a terminal an engine frames it: a byte for the stream (1 output, 2 error), three zeros, the length in
/// four bytes, the data. With a terminal there are no frames.
/// </summary>
internal static class ContainerOutput
{
    private const int HeaderLength = 8;
    private const int BufferLength = 16 * 1024;
    private const int LongestTime = 40;

    /// <summary>Reads lines.</summary>
    /// <param name="stream">What the engine sends.</param>
    /// <param name="framed">Whether it has frames.</param>
    /// <param name="stamped">Whether each frame begins with its time. A line of several frames keeps the first one only.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<LogLine> ReadAsync(Stream stream, bool framed, bool stamped, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var splitters = new Dictionary<bool, LineSplitter> { [false] = new(isError: false), [true] = new(isError: true) };
        var buffer = new byte[BufferLength];
        var left = 0L;
        var isError = false;
        while (true)
        {
            if (framed && left == 0)
            {
                var head = await stream.ReadAtLeastAsync(buffer.AsMemory(0, HeaderLength), HeaderLength, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                if (head < HeaderLength) break;
                isError = buffer[0] >= 2;
                left = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(4));
                if (!stamped || !splitters[isError].HasBegun) continue;
                var start = await stream.ReadAtLeastAsync(buffer.AsMemory(0, (int)Math.Min(left, LongestTime)), (int)Math.Min(left, LongestTime), throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                left -= start;
                foreach (var line in splitters[isError].Take(buffer.AsMemory(LogTime.LengthOf(buffer.AsSpan(0, start))..start))) yield return line;
                continue;
            }

            var count = await stream.ReadAsync(framed ? buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)) : buffer, cancellationToken).ConfigureAwait(false);
            if (count == 0) break;
            left -= framed ? count : 0;
            foreach (var line in splitters[isError].Take(buffer.AsMemory(0, count))) yield return line;
        }

        foreach (var splitter in splitters.Values)
        {
            if (splitter.End() is { } last) yield return last;
        }
    }
}
