namespace UpgradeModule.Engine.Databases.H2.Store;

/// <summary>The format of a database file of H2, which tells the versions of H2 that read it.</summary>
/// <param name="Name">The format as backups name it: <c>h2-mv1</c>, <c>h2-mv2</c>, <c>h2-mv3</c>, <c>h2-page</c>, <c>h2-encrypted</c>.</param>
/// <param name="Versions">The versions of H2 that read it, for people.</param>
/// <param name="Tag">The version of H2 as it stands in the names of copies.</param>
internal sealed record H2Format(string Name, string Versions, string Tag)
{
    private const int HeaderSize = 4096;

    /// <summary>What H2 wrote before 1.4, and 1.4 where it was asked to.</summary>
    public static H2Format PageStore { get; } = new("h2-page", "H2 1.1 to 1.4", "1.3");

    /// <summary>A file that is encrypted as a whole.</summary>
    public static H2Format Encrypted { get; } = new("h2-encrypted", "the H2 that wrote it, as it is encrypted", "encrypted");

    private static H2Format[] Stores { get; } = [new("h2-mv1", "H2 1.4", "1.4"), new("h2-mv2", "H2 2.0 and 2.1", "2.1"), new("h2-mv3", "H2 2.2 and newer", "2.2")];

    /// <summary>The end of a file's name.</summary>
    public string Extension => Name == PageStore.Name ? ".h2.db" : ".mv.db";

    /// <summary>Whether the file's structure can be checked without Java.</summary>
    public bool IsStore => Name.StartsWith("h2-mv", StringComparison.Ordinal);

    /// <summary>Whether a backup's format is one of H2's.</summary>
    /// <param name="name">The format's name.</param>
    public static bool IsKnown(string name) => name == PageStore.Name || name == Encrypted.Name || Stores.Any(store => store.Name == name);

    /// <summary>Reads the format from a file's first bytes.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The format; <see langword="null"/> where it is no database of H2.</returns>
    public static H2Format? Of(Stream file)
    {
        var header = new byte[HeaderSize * 2];
        file.Position = 0;
        var count = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (Begins("H2encrypt\n"u8) || Begins("H2cipher"u8)) return Encrypted;
        if (Begins("-- H2 0.5/B -- \n"u8)) return PageStore;
        foreach (var at in new[] { 0, HeaderSize })
        {
            if (at < count && H2Map.Parse(header.AsSpan(at, Math.Min(HeaderSize, count - at)), demandChecksum: true) is { } map) return OfHeader(map);
        }

        return null;

        bool Begins(ReadOnlySpan<byte> text) => header.AsSpan(0, count).StartsWith(text);
    }

    /// <summary>The format that a store's header tells.</summary>
    /// <param name="header">The header.</param>
    /// <returns>The format; <see langword="null"/> where it isn't known.</returns>
    public static H2Format? OfHeader(IReadOnlyDictionary<string, string> header) => header.GetValueOrDefault("format", "1") switch
    {
        "1" => Stores[0],
        "2" => Stores[1],
        "3" => Stores[2],
        _ => null,
    };
}
