namespace UpgradeModule.Engine.Backups;

/// <summary>How thoroughly a backup is tested.</summary>
public enum BackupTestDepth
{
    /// <summary>Every file is read and its checksum compared.</summary>
    Checksums,

    /// <summary>That, and the data is restored into a place of its own and every table's rows are counted.</summary>
    Restore,

    /// <summary>That, and every row that was restored is compared with the backup's.</summary>
    Content,
}
