using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Threading.Channels;
using UpgradeModule.Engine.Databases.Files;

namespace UpgradeModule.Engine.Databases.Programs;

/// <summary>
/// A file that a program's output is written to, private to its owner: compressed on the way (gzip in members of one mebibyte, several at a time), hashed as it
/// is on the disk, and brought there by <see cref="CompleteAsync"/>. Writing never flushes.
/// </summary>
internal sealed class DumpFile : IAsyncDisposable
{
    private const int BlockSize = 1 << 20;
    private const int Waiting = 4;

    private readonly FileStream _file;
    private readonly BackupCompression _compression;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Channel<Task<ReadOnlyMemory<byte>>> _packed = Channel.CreateBounded<Task<ReadOnlyMemory<byte>>>(Waiting);
    private readonly Task _writing;
    private readonly BrotliStream? _brotli;
    private byte[] _block = ArrayPool<byte>.Shared.Rent(BlockSize);
    private int _length;

    /// <summary>Makes the file.</summary>
    /// <param name="path">Its path; it must not exist.</param>
    /// <param name="compression">How it is compressed.</param>
    public DumpFile(string path, BackupCompression compression)
    {
        _file = DurableFile.CreatePrivate(path);
        _compression = compression;
        if (compression == BackupCompression.Brotli) _brotli = new BrotliStream(new Sink(this), CompressionLevel.Fastest);
        _writing = WriteAsync();
    }

    /// <summary>Adds bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="cancellationToken">Ends the wait for room.</param>
    public async ValueTask AddAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            var count = Math.Min(bytes.Length, BlockSize - _length);
            bytes.Span[..count].CopyTo(_block.AsSpan(_length));
            _length += count;
            bytes = bytes[count..];
            if (_length == BlockSize) await PackAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes what is left and brings all to the disk.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The SHA-256 of the file, in small hexadecimal digits.</returns>
    public async Task<string> CompleteAsync(CancellationToken cancellationToken)
    {
        if (_length > 0 || (_compression == BackupCompression.Gzip && _file.Length == 0)) await PackAsync(cancellationToken).ConfigureAwait(false);
        _packed.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
        _file.Flush(flushToDisk: true);
        return Convert.ToHexString(_hash.GetHashAndReset()).ToLowerInvariant();
    }

    /// <summary>Opens such a file to read what was written to it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="compression">How it is compressed.</param>
    /// <param name="read">Told how many bytes of the file were read each time.</param>
    public static Stream Open(string path, BackupCompression compression, Action<int> read)
    {
        var file = new CountingStream(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 17, FileOptions.Asynchronous | FileOptions.SequentialScan), read);
        return compression switch
        {
            BackupCompression.Gzip => new GZipStream(file, CompressionMode.Decompress),
            BackupCompression.Brotli => new BrotliStream(file, CompressionMode.Decompress),
            _ => file,
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _packed.Writer.TryComplete();
        await _writing.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        await _file.DisposeAsync().ConfigureAwait(false);
        _hash.Dispose();
        ArrayPool<byte>.Shared.Return(_block);
    }

    private async ValueTask PackAsync(CancellationToken cancellationToken)
    {
        var (block, length) = (_block, _length);
        (_block, _length) = (ArrayPool<byte>.Shared.Rent(BlockSize), 0);
        var packed = Task.Run(() => Pack(block, length), CancellationToken.None);
        // Where writing has failed, nobody takes anything any more.
        while (await _packed.Writer.WaitToWriteAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_packed.Writer.TryWrite(packed)) return;
        }

        await _writing.ConfigureAwait(false);
    }

    private ReadOnlyMemory<byte> Pack(byte[] block, int length)
    {
        try
        {
            if (_compression != BackupCompression.Gzip) return block.AsSpan(0, length).ToArray();
            var stream = new MemoryStream(BlockSize / 2);
            using (var gzip = GzipLevel.Open(stream)) gzip.Write(block, 0, length);
            return stream.GetBuffer().AsMemory(0, (int)stream.Length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (var task in _packed.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                var bytes = await task.ConfigureAwait(false);
                if (_brotli is null) await PutAsync(bytes).ConfigureAwait(false);
                else await _brotli.WriteAsync(bytes).ConfigureAwait(false);
            }

            if (_brotli is not null) await _brotli.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            _packed.Writer.TryComplete(failure);
            throw;
        }
    }

    private async ValueTask PutAsync(ReadOnlyMemory<byte> bytes)
    {
        await _file.WriteAsync(bytes).ConfigureAwait(false);
        _hash.AppendData(bytes.Span);
    }

    /// <summary>What a compressor writes to.</summary>
    private sealed class Sink(DumpFile file) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => await file.PutAsync(buffer).ConfigureAwait(false);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }
}
