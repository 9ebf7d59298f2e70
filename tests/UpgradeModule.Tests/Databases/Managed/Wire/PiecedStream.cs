namespace UpgradeModule.Tests.Databases.Managed.Wire;

/// <summary>What a server sends, in pieces that are cut where a test wants it. What is sent to it is swallowed.</summary>
public sealed class PiecedStream(byte[] bytes, IEnumerable<int> cuts) : Stream
{
    private readonly Queue<int> _cuts = new([.. cuts.Where(cut => cut > 0 && cut < bytes.Length).Order(), bytes.Length]);
    private int _at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_cuts.Count > 0 && _cuts.Peek() <= _at) _cuts.Dequeue();
        var count = _cuts.Count == 0 ? 0 : Math.Min(buffer.Length, _cuts.Peek() - _at);
        bytes.AsMemory(_at, count).CopyTo(buffer);
        _at += count;
        return ValueTask.FromResult(count);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
