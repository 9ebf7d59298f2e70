namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>That a run undoes another one: once it has succeeded, that one is undone.</summary>
internal sealed record UndoOrder
{
    /// <summary>The run that it undoes.</summary>
    public string RunId { get; init; } = "";

    /// <summary>Why it is undone this way, for people.</summary>
    public string Reason { get; init; } = "";
}
