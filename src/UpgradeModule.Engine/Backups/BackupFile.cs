namespace UpgradeModule.Engine.Backups;

/// <summary>One data file of a backup.</summary>
internal sealed record BackupFile
{
    /// <summary>Its path from the backup's folder, with forward slashes; always beneath <c>data/</c>.</summary>
    public string Path { get; init; } = "";

    /// <summary>Its size in bytes.</summary>
    public long Size { get; init; }
}
