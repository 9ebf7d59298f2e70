using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Restore;

/// <summary>Reads a managed dump: its index, and its blocks by place, or in their order where it is one piece.</summary>
/// <param name="file">The script.</param>
/// <param name="index">Its index.</param>
internal sealed class ArchiveContent(string file, ArchiveIndex index)
{
    private readonly Lazy<long[]> _rowBytes = new(() =>
    {
        var bytes = new long[index.Tables.Count];
        foreach (var block in index.Blocks.Where(block => block.Table >= 0)) bytes[block.Table] += block.Raw - block.Head - block.Tail;
        return bytes;
    });

    /// <summary>The index.</summary>
    public ArchiveIndex Index => index;

    /// <summary>How many bytes of rows a table has here.</summary>
    /// <param name="place">The table's place in the index.</param>
    public long RowBytes(int place) => _rowBytes.Value[place];

    /// <summary>Whether blocks can be read in any order.</summary>
    public bool IsInPieces => index.Compression != BackupCompression.Brotli;

    /// <summary>Opens a dump.</summary>
    /// <param name="file">The script; the index lies beside it.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>BackupCorrupt</c>, <c>BackupTooNew</c>.</exception>
    public static async Task<ArchiveContent> OpenAsync(string file, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Path.GetDirectoryName(file)!, Path.GetFileName(ManagedFiles.Index));
        if (!File.Exists(path)) throw ArchiveFile.Corrupt(path, "it is missing");
        try
        {
            var stream = File.OpenRead(path);
            await using (stream.ConfigureAwait(false))
            {
                var index = await JsonSerializer.DeserializeAsync(stream, ArchiveJsonContext.Default.ArchiveIndex, cancellationToken).ConfigureAwait(false) ?? throw new JsonException("it is empty");
                if (index.Version > ArchiveIndex.KnownVersion) throw new UpgradeException("BackupTooNew", UpgradeErrorCategory.InvalidData, path, $"The backup's data '{file}' was written by a newer version of this module.", "Update the module, or restore it with psql: its first lines tell how.");
                Check(index);
                return new ArchiveContent(file, index);
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidDataException)
        {
            throw ArchiveFile.Corrupt(path, failure.Message.TrimEnd('.'));
        }
    }

    /// <summary>Opens the script for reading blocks by place.</summary>
    public FileStream Open() => new(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous);

    /// <summary>Reads a block by place.</summary>
    /// <param name="stream">The script, of <see cref="Open"/>.</param>
    /// <param name="block">The block.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Its text, in a buffer of the shared pool that may be longer, which who is done with it may give back.</returns>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public async Task<byte[]> ReadAsync(FileStream stream, ArchiveBlock block, CancellationToken cancellationToken)
    {
        var stored = ArrayPool<byte>.Shared.Rent(block.Length);
        stream.Seek(block.Offset, SeekOrigin.Begin);
        await ReadExactlyAsync(stream, stored.AsMemory(0, block.Length), cancellationToken).ConfigureAwait(false);
        if (index.Compression == BackupCompression.None) return stored;
        var text = ArrayPool<byte>.Shared.Rent(block.Raw);
        Decompress(new MemoryStream(stored, 0, block.Length), text.AsSpan(0, block.Raw));
        ArrayPool<byte>.Shared.Return(stored);
        return text;
    }

    /// <summary>Reads all blocks in their order.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="InvalidDataException">The dump is damaged.</exception>
    public async IAsyncEnumerable<(ArchiveBlock Block, byte[] Text)> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var brotli = new BrotliStream(stream, CompressionMode.Decompress);
        await using (brotli.ConfigureAwait(false))
        {
            foreach (var block in index.Blocks)
            {
                var text = ArrayPool<byte>.Shared.Rent(block.Raw);
                await ReadExactlyAsync(brotli, text.AsMemory(0, block.Raw), cancellationToken).ConfigureAwait(false);
                yield return (block, text);
            }
        }
    }

    private static void Check(ArchiveIndex index)
    {
        var sound = index.Blocks.All(block => block.Offset >= 0 && block.Length >= 0 && block.Raw >= 0 && block.Table >= -1 && block.Table < index.Tables.Count && block.Head >= 0 && block.Tail >= 0 && block.Head + block.Tail <= block.Raw)
            && index.Entries.All(entry => entry.Block >= 0 && entry.Block < index.Blocks.Count && entry.Start >= 0 && entry.Length >= 0 && entry.Start + (long)entry.Length <= index.Blocks[entry.Block].Raw);
        if (!sound) throw new InvalidDataException("what it tells can't be");
    }

    private static void Decompress(MemoryStream stored, Span<byte> text)
    {
        using var gzip = new GZipStream(stored, CompressionMode.Decompress);
        try
        {
            gzip.ReadExactly(text);
            // To its end: there the checksum is.
            if (gzip.ReadByte() >= 0) throw new InvalidDataException("a block is longer than the index tells");
        }
        catch (EndOfStreamException failure)
        {
            throw new InvalidDataException("it ends too early", failure);
        }
    }

    private static async Task ReadExactlyAsync(Stream stream, Memory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (EndOfStreamException failure)
        {
            throw new InvalidDataException("it ends too early", failure);
        }
        catch (InvalidOperationException failure)
        {
            // What the decoder of Brotli says of bytes that it can't read.
            throw new InvalidDataException("it can't be decompressed", failure);
        }
    }
}
