namespace UpgradeModule.Engine.Backups;

/// <summary>A backup that an upgrade run may yet need.</summary>
/// <param name="Path">The full path of its folder.</param>
/// <param name="Reason">Why, as the end of a sentence.</param>
/// <param name="Id">Its name, by which it is known wherever it lies; empty where it isn't known.</param>
public sealed record NeededBackup(string Path, string Reason, string Id = "");
