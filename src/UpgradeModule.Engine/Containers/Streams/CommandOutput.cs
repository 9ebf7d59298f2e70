using System.Buffers.Binary;
using System.Net.Sockets;

namespace UpgradeModule.Engine.Containers.Streams;

/// <summary>What a command writes while it runs: its output is read from here, its error output is told line by line on the way. Frames as <see cref="ContainerOutput"/> tells them.</summary>
/// <param name="wire">What the engine sends.</param>
/// <param name="http">Makes a failure of a connection that broke.</param>
/// <param name="onError">Told each line of the error output.</param>
/// <param name="isWriting">Tells whether the command's input is still being written.</param>
internal sealed class CommandOutput(Stream wire, EngineHttp http, Action<string>? onError, Func<bool> isWriting) : Stream
{
    private const int HeaderLength = 8;
    private const int BufferLength = 64 * 1024;

    private readonly LineSplitter _errors = new(isError: true);
    private readonly byte[] _buffer = new byte[BufferLength];
    private long _left;
    private bool _ended;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0) return 0;
        try
        {
            while (_left == 0 && !_ended) await NextAsync(cancellationToken).ConfigureAwait(false);
            if (_ended) return 0;
            var count = await wire.ReadAsync(buffer[..(int)Math.Min(_left, buffer.Length)], cancellationToken).ConfigureAwait(false);
            if (count == 0) throw new EndOfStreamException("the output of a command broke off");
            _left -= count;
            return count;
        }
        catch (IOException failure)
        {
            throw http.Broken(failure);
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // An engine that closes the connection with input unread resets it: the command has ended, and its exit code tells how.
    private async Task<int> HeadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await wire.ReadAtLeastAsync(_buffer.AsMemory(0, HeaderLength), HeaderLength, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure) when (failure.InnerException is SocketException && isWriting())
        {
            return 0;
        }
    }

    // Up to the next frame of the output itself, or the end.
    private async Task NextAsync(CancellationToken cancellationToken)
    {
        var head = await HeadAsync(cancellationToken).ConfigureAwait(false);
        if (head is > 0 and < HeaderLength) throw new EndOfStreamException("the output of a command broke off");
        _ended = head == 0;
        if (_ended)
        {
            if (_errors.End() is { } last) onError?.Invoke(last.Text);
            return;
        }

        var length = (long)BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(4));
        if (_buffer[0] < 2)
        {
            _left = length;
            return;
        }

        while (length > 0)
        {
            var part = _buffer.AsMemory(0, (int)Math.Min(length, BufferLength));
            await wire.ReadExactlyAsync(part, cancellationToken).ConfigureAwait(false);
            length -= part.Length;
            foreach (var line in _errors.Take(part)) onError?.Invoke(line.Text);
        }
    }
}
