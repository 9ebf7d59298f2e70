namespace UpgradeModule.Engine.Backups.Retention;

/// <summary>What is done with one backup.</summary>
/// <param name="Backup">The backup.</param>
/// <param name="Kept">Why it is kept, as the end of a sentence; <see langword="null"/> where it is removed.</param>
/// <param name="Refused">Why it isn't removed though it was asked for; <see langword="null"/> where it wasn't, or is.</param>
public sealed record BackupRemoval(AppBackup Backup, string? Kept, UpgradeException? Refused);
