namespace UpgradeModule;

/// <summary>The result of testing a backup.</summary>
public sealed record BackupTestResult : AppRecord
{
    /// <summary>The backup.</summary>
    public AppBackup Backup { get; init; } = new();

    /// <summary>Whether everything that was checked is as it should be.</summary>
    public bool Valid { get; init; }

    /// <summary>Whether only the checksums were checked.</summary>
    public bool ChecksumOnly { get; init; }

    /// <summary>How many files were read and hashed.</summary>
    public int FilesChecked { get; init; }

    /// <summary>How many tables of a restored copy were counted and compared.</summary>
    public int TablesCompared { get; init; }

    /// <summary>How many of them were compared row by row with the backup's, as <c>Test-AppBackup -Deep</c> does.</summary>
    public int TablesHashed { get; init; }

    /// <summary>How many rows they held.</summary>
    public long RowsCompared { get; init; }

    /// <summary>Where the copy was restored for the proof.</summary>
    public string? RestoredTo { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>When a restore proved it, in UTC.</summary>
    public DateTimeOffset? ProvenOn { get; init; }

    /// <summary>What is not as it should be.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Valid ? $"{Backup.Id}: valid" : $"{Backup.Id}: {Problems.Count} problem(s)";
}
