using Npgsql;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

/// <summary>
/// The rows that a COPY sends: as many of them with each read as have come, without the frames that stand around each. A read ends with a row's end, but
/// where a single row is larger than what was made ready for it.
/// </summary>
/// <param name="session">The session.</param>
internal sealed class WireCopyStream(WireSession session) : Stream
{
    private int _left;
    private bool _ended;

    /// <summary>How many rows the server says it has sent; <see langword="null"/> until it has, and where it doesn't say.</summary>
    public long? Told { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        while (!_ended)
        {
            var count = Unpack(buffer.Span, out var atOther);
            if (count > 0) return count;
            if (!atOther)
            {
                await session.Channel.FillAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            try
            {
                (_ended, Told) = await session.PassAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException)
            {
                // That too is an end, after which the session can be used again.
                _ended = true;
                throw;
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        // What wasn't read would be read by whoever comes next: the session is of no more use.
        if (!_ended) await session.DisposeAsync().ConfigureAwait(false);
        _ended = true;
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // Millions of rows go through here: no call for each but the copying of its bytes.
    private int Unpack(Span<byte> target, out bool atOther)
    {
        var ahead = session.Channel.Ahead;
        var (taken, count) = (0, 0);
        atOther = false;
        while (true)
        {
            if (_left == 0)
            {
                if (ahead.Length - taken < WireChannel.Head) break;
                if (ahead[taken] != (byte)'d')
                {
                    // The end of the rows, or word of something else, which may come between any two of them.
                    atOther = count == 0;
                    break;
                }

                var length = WireChannel.LengthOf(ahead[taken..]);
                var isWhole = length <= ahead.Length - taken - WireChannel.Head && length <= target.Length - count;
                // What is there comes first. A row that has come in part is waited for, but where there is no room for it at once.
                if (!isWhole && (count > 0 || (length <= target.Length && length <= WireChannel.Size / 2))) break;
                taken += WireChannel.Head;
                _left = length;
            }

            var part = Math.Min(_left, Math.Min(ahead.Length - taken, target.Length - count));
            ahead.Slice(taken, part).CopyTo(target[count..]);
            (taken, count, _left) = (taken + part, count + part, _left - part);
            if (_left > 0) break;
        }

        session.Channel.Take(taken);
        return count;
    }
}
