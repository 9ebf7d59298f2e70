namespace UpgradeModule.Engine.Databases;

/// <summary>How a backup is made. What a database engine has no choice in is passed over.</summary>
public sealed record BackupOptions
{
    /// <summary>The options without a wish.</summary>
    public static BackupOptions Default { get; } = new();

    /// <summary>What writes the data; <see langword="null"/> for the module itself where it covers all that is in the database, else pg_dump.</summary>
    public BackupEngine? Engine { get; init; }

    /// <summary>How the data is compressed; <see langword="null"/> for gzip.</summary>
    public BackupCompression? Compression { get; init; }

    /// <summary>How many connections read at the same time, from 1 on; <see langword="null"/> for two.</summary>
    public int? Jobs { get; init; }

    /// <summary>Whether an SQLite file is written anew, without what is unused in it, rather than copied page by page.</summary>
    public bool Compact { get; init; }
}
