namespace UpgradeModule.Engine.Operations;

/// <summary>The user that a clone runs as.</summary>
/// <param name="Name">The name.</param>
/// <param name="UserId">The number.</param>
/// <param name="Group">The name or number of the group.</param>
internal sealed record CloneUser(string Name, uint UserId, string Group);
