using System.Buffers.Binary;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

/// <summary>Reads and writes the messages of PostgreSQL's protocol (version 3) over a stream. It reads in large pieces; nothing is kept but what was read too much.</summary>
/// <param name="stream">The connection.</param>
internal sealed class WireChannel(Stream stream)
{
    /// <summary>The bytes before a message's payload: its type and length.</summary>
    public const int Head = 5;

    /// <summary>How much is read at once.</summary>
    public const int Size = 1 << 18;

    private byte[] _buffer = new byte[Size];
    private int _start;
    private int _end;

    /// <summary>What was read and not yet taken.</summary>
    public ReadOnlySpan<byte> Ahead => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Takes what was read.</summary>
    /// <param name="count">How many bytes.</param>
    public void Take(int count) => _start += count;

    /// <summary>Reads a message whole.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its type and payload, which stands until the next one is read.</returns>
    public async ValueTask<(byte Type, ReadOnlyMemory<byte> Payload)> ReadAsync(CancellationToken cancellationToken)
    {
        while (Ahead.Length < Head) await FillAsync(cancellationToken).ConfigureAwait(false);
        var type = _buffer[_start];
        var length = LengthOf(Ahead);
        while (Ahead.Length < Head + length) await FillAsync(cancellationToken).ConfigureAwait(false);
        var payload = _buffer.AsMemory(_start + Head, length);
        Take(Head + length);
        return (type, payload);
    }

    /// <summary>Reads whatever comes next behind what was read.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        Room();
        int count;
        try
        {
            count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            throw WireErrors.Broken(failure);
        }

        if (count == 0) throw WireErrors.Closed();
        _end += count;
    }

    /// <summary>Sends bytes.</summary>
    /// <param name="message">One message or more.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(message, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            throw WireErrors.Broken(failure);
        }
    }

    /// <summary>How many bytes a message's payload has.</summary>
    /// <param name="head">The message, from its type on.</param>
    public static int LengthOf(ReadOnlySpan<byte> head)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(head[1..]) - sizeof(int);
        return length >= 0 ? length : throw WireErrors.Unexpected(head[0]);
    }

    private void Room()
    {
        // The little that is left of what was read makes room for the next piece: small reads are what takes the time.
        if (_start > 0 && (_end == _buffer.Length || _end - _start <= Size / 4))
        {
            Ahead.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        // One message that is longer than all of it.
        if (_end == _buffer.Length) Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, _buffer.Length * 2L));
    }
}
