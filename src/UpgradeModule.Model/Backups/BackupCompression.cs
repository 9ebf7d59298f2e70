namespace UpgradeModule;

/// <summary>How the data of a backup is compressed. Stock tools read every one of them.</summary>
public enum BackupCompression
{
    /// <summary>As gzip does, in members of one mebibyte that are read independently of each other.</summary>
    Gzip,

    /// <summary>As brotli does: smaller and quicker, but its tool is on fewer machines.</summary>
    Brotli,

    /// <summary>Not at all.</summary>
    None,
}
