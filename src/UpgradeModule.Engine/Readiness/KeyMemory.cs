namespace UpgradeModule.Engine.Readiness;

/// <summary>What the newest backup tells of the key with which the application encrypts data.</summary>
/// <param name="Backup">The backup.</param>
/// <param name="HadKey">Whether a key was set when it was made.</param>
/// <param name="Same">Whether it was the one that is set now; <see langword="null"/> where none is set now, or it can't be told.</param>
internal sealed record KeyMemory(AppBackup Backup, bool HadKey, bool? Same);
