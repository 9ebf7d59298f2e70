namespace UpgradeModule.Engine.Backups;

/// <summary>Which backups are looked for.</summary>
public sealed record BackupQuery
{
    /// <summary>The deployment's name.</summary>
    public string? Deployment { get; init; }

    /// <summary>A backup's folder, or a folder of backups; those that the store remembers where empty.</summary>
    public string? Path { get; init; }
}
