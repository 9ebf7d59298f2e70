namespace UpgradeModule.Engine.Databases.Postgres.Managed.Dump;

/// <summary>Where in a dump what stands: written beside it, so that it can be restored in parallel. A restore by stock tools needs none of it.</summary>
internal sealed record ArchiveIndex
{
    /// <summary>The newest version of this format that this module knows.</summary>
    public const int KnownVersion = 1;

    /// <summary>The version of this format.</summary>
    public int Version { get; init; } = KnownVersion;

    /// <summary>The version of the server that the dump was made of.</summary>
    public string Server { get; init; } = "";

    /// <summary>The database's encoding there. The dump itself is UTF-8.</summary>
    public string Encoding { get; init; } = "UTF8";

    /// <summary>The time zone in which its times with a zone are written; what the server had where <see langword="null"/>, as earlier dumps have it.</summary>
    public string? TimeZone { get; init; }

    /// <summary>How the dump is compressed.</summary>
    public BackupCompression Compression { get; init; }

    /// <summary>The tables with rows, biggest first.</summary>
    public IReadOnlyList<ArchiveTable> Tables { get; init; } = [];

    /// <summary>The blocks in their order.</summary>
    public IReadOnlyList<ArchiveBlock> Blocks { get; init; } = [];

    /// <summary>The statements in their order.</summary>
    public IReadOnlyList<ArchiveEntry> Entries { get; init; } = [];
}
