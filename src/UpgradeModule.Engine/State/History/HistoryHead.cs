namespace UpgradeModule.Engine.State.History;

/// <summary>How far a history goes, written beside it: the end of a chain can't be told from a chain whose end was cut off.</summary>
/// <param name="Entries">How many entries there are.</param>
/// <param name="Hash">The hash of the last.</param>
internal sealed record HistoryHead(long Entries, string Hash);
