using System.Buffers.Binary;
using System.Globalization;

namespace UpgradeModule.Engine.Databases.H2.Store;

/// <summary>
/// Checks an MVStore as far as that goes without H2: the checksum of its header, its newest chunk, the list of all chunks that the newest one leads
/// to, and of each its header, its footer's checksum and the frame of every page. What is inside pages has no checksum in this format.
/// </summary>
/// <param name="file">The file.</param>
internal sealed class H2Structure(Stream file)
{
    private const int BlockSize = 4096;
    private const int FooterSize = 128;
    private const int HeaderMost = 1024;
    private const int LargePage = 2 << 20;

    /// <summary>Checks the file.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What is wrong; <see langword="null"/> where nothing is.</returns>
    public string? Check(CancellationToken cancellationToken)
    {
        try
        {
            if (Header() is not { } header) return "neither copy of its header is whole";
            if (H2Format.OfHeader(header) is not { } format) return $"its format {header.GetValueOrDefault("format")} is not known";
            if (Newest(header) is not { } newest) return "its newest part can't be read: its header or footer is damaged, or the file was cut short";
            if (Walk(newest) is { } damage) return damage;
            foreach (var chunk in Chunks(newest, format.Name != "h2-mv1", cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Walk(chunk) is { } found) return found;
            }

            return null;
        }
        catch (EndOfStreamException)
        {
            return "it was cut short";
        }
        catch (InvalidDataException failure)
        {
            return failure.Message;
        }
    }

    private IReadOnlyDictionary<string, string>? Header()
    {
        IReadOnlyDictionary<string, string>? best = null;
        foreach (var at in new long[] { 0, BlockSize })
        {
            if (at >= file.Length) continue;
            var map = H2Map.Parse(Read(at, (int)Math.Min(BlockSize, file.Length - at)), demandChecksum: true);
            if (map is not null && (best is null || H2Map.Number(map, "version") > H2Map.Number(best, "version"))) best = map;
        }

        return best;
    }

    // The header is written now and then only: what came after it is found at the file's end, and by the place that each chunk foresees for the next.
    private H2Chunk? Newest(IReadOnlyDictionary<string, string> header)
    {
        H2Chunk? newest = null;
        Consider(H2Map.Number(header, "block"));
        if (file.Length >= BlockSize && H2Map.Parse(Read(file.Length - FooterSize, FooterSize), demandChecksum: true) is { } footer)
        {
            var block = H2Map.Number(footer, "block");
            if (block < 0 && H2Map.Number(footer, "len") is > 0 and var length) block = (file.Length / BlockSize) - length;
            Consider(block);
        }

        for (var tries = 0; newest is not null && tries < 100_000; tries++)
        {
            var before = newest;
            Consider(H2Map.Number(Description(newest.Block)!, "next"));
            if (before == newest) break;
        }

        return newest;

        void Consider(long block)
        {
            if (block > 0 && At(block) is { } chunk && HasFooter(chunk) && (newest is null || chunk.Version > newest.Version)) newest = chunk;
        }
    }

    private IEnumerable<H2Chunk> Chunks(H2Chunk newest, bool numbered, CancellationToken cancellationToken)
    {
        var listed = new Dictionary<long, H2Chunk> { [newest.Id] = newest };
        var pages = new Stack<long>();
        var waiting = new List<long>();
        pages.Push(newest.Root);
        while (pages.TryPop(out var position))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (position == 0) continue;
            // A page may lie in a chunk that the list tells of further down.
            if (!listed.TryGetValue(position >>> 38, out var chunk))
            {
                waiting.Add(position);
                continue;
            }

            if (H2Page.Read(PageAt(chunk, position), numbered) is not { } page) yield break;
            foreach (var child in page.Children) pages.Push(child);
            foreach (var (key, value) in page.Entries)
            {
                if (!key.StartsWith("chunk.", StringComparison.Ordinal) || H2Map.Parse(value) is not { } map || H2Chunk.Of(map) is not { } found || found.Id == newest.Id) continue;
                listed[found.Id] = found;
                yield return found;
            }

            var known = waiting.Where(one => listed.ContainsKey(one >>> 38)).ToList();
            waiting.RemoveAll(known.Contains);
            foreach (var one in known) pages.Push(one);
        }

        if (waiting.Count > 0) throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"its list of contents leads to the part {waiting[0] >>> 38:x}, which is not there"));
    }

    private string? Walk(H2Chunk chunk)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"part {chunk.Id:x} at byte {chunk.Block * BlockSize}");
        if (Description(chunk.Block) is not { } map || H2Map.Number(map, "chunk") != chunk.Id) return $"{name} has no header of its own";
        if (!HasFooter(chunk)) return $"{name} has no footer with a right checksum";
        var start = chunk.Block * BlockSize;
        var head = Read(start, (int)Math.Min(HeaderMost, file.Length - start));
        long offset = head.AsSpan().IndexOf((byte)'\n') + 1;
        var end = (chunk.Length * BlockSize) - FooterSize;
        for (var page = 0; page < H2Map.Number(map, "pages"); page++)
        {
            if (offset + 6 > end) return string.Create(CultureInfo.InvariantCulture, $"{name} ends before its page {page}");
            var frame = Read(start + offset, 6);
            var length = BinaryPrimitives.ReadInt32BigEndian(frame);
            var check = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(4));
            if (length < 6 || offset + length > end || check != (Fold(chunk.Id) ^ Fold(offset) ^ Fold(length))) return string.Create(CultureInfo.InvariantCulture, $"page {page} of {name} is damaged");
            offset += length;
        }

        return null;
    }

    private byte[] PageAt(H2Chunk chunk, long position)
    {
        var offset = (int)(position >> 6);
        var code = (int)(position >> 1) & 31;
        var most = code == 31 ? LargePage : (2 + (code & 1)) << ((code >> 1) + 4);
        var start = (chunk.Block * BlockSize) + offset;
        var length = BinaryPrimitives.ReadInt32BigEndian(Read(start, 4));
        if (length < 6 || (code != 31 && length > most)) throw new InvalidDataException("a page of its list of contents has a wrong length");
        return Read(start, length);
    }

    private IReadOnlyDictionary<string, string>? Description(long block)
    {
        var start = block * BlockSize;
        return start < 0 || start >= file.Length ? null : H2Map.Parse(Read(start, (int)Math.Min(HeaderMost, file.Length - start)), demandChecksum: false);
    }

    private H2Chunk? At(long block) => Description(block) is { } map && H2Chunk.Of(map, block) is { } chunk && chunk.Block == block ? chunk : null;

    private bool HasFooter(H2Chunk chunk)
    {
        var end = (chunk.Block + chunk.Length) * BlockSize;
        return end <= file.Length && H2Map.Parse(Read(end - FooterSize, FooterSize), demandChecksum: true) is { } footer && H2Map.Number(footer, "chunk") == chunk.Id;
    }

    private byte[] Read(long at, int count)
    {
        if (at < 0 || at + count > file.Length) throw new EndOfStreamException();
        var bytes = new byte[count];
        file.Position = at;
        file.ReadExactly(bytes);
        return bytes;
    }

    private static ushort Fold(long value) => (ushort)((int)value ^ ((int)value >> 16));
}
