using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Threading.Channels;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>
/// Writes blocks to a file in the order in which they come, from any number of hands. Each is compressed as soon as it comes, several at the same time;
/// Brotli, whose tool reads one piece only, by the one that writes. What waits is bounded.
/// </summary>
internal sealed class ArchiveWriter : IDisposable
{
    private readonly Stream _file;
    private readonly BackupCompression _compression;
    private readonly Channel<Task<Packed>> _waiting;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ConcurrentBag<MemoryStream> _spare = [];
    private readonly List<ArchiveBlock> _blocks = [];
    private readonly List<ArchiveEntry> _entries = [];
    private readonly byte[] _output = new byte[1 << 18];
    private BrotliEncoder _brotli;
    private long _raw;
    private long _written;

    /// <summary>Begins.</summary>
    /// <param name="file">The file.</param>
    /// <param name="compression">How it is compressed.</param>
    /// <param name="waiting">How many blocks may wait.</param>
    public ArchiveWriter(Stream file, BackupCompression compression, int waiting)
    {
        _file = file;
        _compression = compression;
        _waiting = Channel.CreateBounded<Task<Packed>>(new BoundedChannelOptions(waiting) { SingleReader = true });
        // The quality is all that makes the speed; the window is what brotli's own tool takes without being asked.
        if (compression == BackupCompression.Brotli) _brotli = new BrotliEncoder(quality: 1, window: 22);
    }

    /// <summary>The blocks, when all is written.</summary>
    public IReadOnlyList<ArchiveBlock> Blocks => _blocks;

    /// <summary>The statements, when all is written.</summary>
    public IReadOnlyList<ArchiveEntry> Entries => _entries;

    /// <summary>How many bytes are in the file by now.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Adds a block, whose buffer is given back when it is written.</summary>
    /// <param name="block">The block.</param>
    /// <param name="cancellationToken">Ends the wait for room.</param>
    public ValueTask AddAsync(RawBlock block, CancellationToken cancellationToken) =>
        _waiting.Writer.WriteAsync(_compression == BackupCompression.Gzip ? Task.Run(() => Pack(block), cancellationToken) : Task.FromResult(new Packed(block, null)), cancellationToken);

    /// <summary>Says that no more comes.</summary>
    public void Complete() => _waiting.Writer.Complete();

    /// <summary>Writes what comes until no more does.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The SHA-256 of the file, in small hexadecimal digits.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        await foreach (var task in _waiting.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            var packed = await task.ConfigureAwait(false);
            var (block, offset) = (packed.Block, _compression == BackupCompression.Brotli ? _raw : _written);
            if (_compression == BackupCompression.Brotli) await EncodeAsync(block.Buffer.AsMemory(0, block.Length), last: false, cancellationToken).ConfigureAwait(false);
            else await WriteAsync(packed.Stream is { } stream ? stream.GetBuffer().AsMemory(0, (int)stream.Length) : block.Buffer.AsMemory(0, block.Length), cancellationToken).ConfigureAwait(false);
            _entries.AddRange(block.Entries.Select(entry => entry with { Block = _blocks.Count }));
            _blocks.Add(new ArchiveBlock(offset, packed.Stream is null ? block.Length : (int)packed.Stream.Length, block.Length, block.Table, block.Head, block.Tail));
            _raw += block.Length;
            ArrayPool<byte>.Shared.Return(block.Buffer);
            if (packed.Stream is not null) _spare.Add(packed.Stream);
        }

        if (_compression == BackupCompression.Brotli) await EncodeAsync(ReadOnlyMemory<byte>.Empty, last: true, cancellationToken).ConfigureAwait(false);
        return Convert.ToHexString(_hash.GetHashAndReset()).ToLowerInvariant();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hash.Dispose();
        if (_compression == BackupCompression.Brotli) _brotli.Dispose();
    }

    private Packed Pack(RawBlock block)
    {
        if (!_spare.TryTake(out var stream)) stream = new MemoryStream(RawBlock.Size / 2);
        stream.SetLength(0);
        using (var gzip = GzipLevel.Open(stream)) gzip.Write(block.Buffer, 0, block.Length);
        return new Packed(block, stream);
    }

    private async Task EncodeAsync(ReadOnlyMemory<byte> text, bool last, CancellationToken cancellationToken)
    {
        while (true)
        {
            var status = _brotli.Compress(text.Span, _output, out var consumed, out var written, last);
            if (status == OperationStatus.InvalidData) throw new InvalidDataException("Brotli could not compress the data.");
            if (written > 0) await WriteAsync(_output.AsMemory(0, written), cancellationToken).ConfigureAwait(false);
            text = text[consumed..];
            if (status == OperationStatus.Done || (status == OperationStatus.NeedMoreData && text.IsEmpty)) return;
        }
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _file.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        _hash.AppendData(bytes.Span);
        Interlocked.Add(ref _written, bytes.Length);
    }

    private readonly record struct Packed(RawBlock Block, MemoryStream? Stream);
}
