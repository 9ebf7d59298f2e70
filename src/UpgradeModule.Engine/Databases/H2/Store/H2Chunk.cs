namespace UpgradeModule.Engine.Databases.H2.Store;

/// <summary>A part of an MVStore that was written at once: a header, pages and a footer.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Block">Its first block.</param>
/// <param name="Length">How many blocks it takes.</param>
/// <param name="Pages">How many pages it holds.</param>
/// <param name="Root">The position of the root page of the map that lists all chunks.</param>
/// <param name="Version">The version of the store that it made.</param>
internal sealed record H2Chunk(long Id, long Block, long Length, long Pages, long Root, long Version)
{
    /// <summary>Reads a chunk's description.</summary>
    /// <param name="map">The description.</param>
    /// <param name="found">The block that the description was found in, which it doesn't tell itself from format 3 on.</param>
    /// <returns>The chunk; <see langword="null"/> where the description isn't whole.</returns>
    public static H2Chunk? Of(IReadOnlyDictionary<string, string> map, long found = -1)
    {
        var chunk = new H2Chunk(H2Map.Number(map, "chunk"), map.ContainsKey("block") ? H2Map.Number(map, "block") : found, H2Map.Number(map, "len"), H2Map.Number(map, "pages"), H2Map.Number(map, "root"), H2Map.Number(map, "version"));
        return chunk is { Id: >= 0, Block: >= 0, Length: > 0 } ? chunk : null;
    }
}
