namespace UpgradeModule.Engine.Backups.Retention;

/// <summary>Which backups are to be removed.</summary>
public sealed record BackupRemovalRequest
{
    /// <summary>The backups: to be removed, or to be judged by the rule.</summary>
    public IReadOnlyList<AppBackup> Backups { get; init; } = [];

    /// <summary>The rule; all of them go where <see langword="null"/>.</summary>
    public RetentionRule? Rule { get; init; }

    /// <summary>Whether the last proven one goes too, where there is no rule.</summary>
    public bool Force { get; init; }
}
