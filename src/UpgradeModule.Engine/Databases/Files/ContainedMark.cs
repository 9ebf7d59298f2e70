namespace UpgradeModule.Engine.Databases.Files;

/// <summary>Owner, rights and time of a file in a container.</summary>
/// <param name="Owner">The number of the user that owns it.</param>
/// <param name="Group">The number of its group.</param>
/// <param name="Mode">The rights.</param>
/// <param name="Modified">When it was changed.</param>
internal sealed record ContainedMark(int Owner, int Group, UnixFileMode Mode, DateTimeOffset Modified);
