namespace UpgradeModule.Engine.Backups;

/// <summary>That a restore of a backup gave back every row, as <c>proof-*.json</c> beside it has it.</summary>
internal sealed record BackupProof
{
    /// <summary>The version of this format.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>The module that proved it.</summary>
    public string ModuleVersion { get; init; } = "";

    /// <summary>The backup's name.</summary>
    public string Backup { get; init; } = "";

    /// <summary>The SHA-256 of the backup's <c>SHA256SUMS</c>: a proof counts for exactly these files only.</summary>
    public string Checksums { get; init; } = "";

    /// <summary>When, in UTC.</summary>
    public DateTimeOffset ProvenOn { get; init; }

    /// <summary>Where the copy was.</summary>
    public string RestoredTo { get; init; } = "";

    /// <summary>How many tables were counted and compared.</summary>
    public int Tables { get; init; }

    /// <summary>How many of them were compared row by row.</summary>
    public int TablesHashed { get; init; }

    /// <summary>How many rows they held.</summary>
    public long Rows { get; init; }

    /// <summary>How many invariants were read and compared.</summary>
    public int Invariants { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }
}
