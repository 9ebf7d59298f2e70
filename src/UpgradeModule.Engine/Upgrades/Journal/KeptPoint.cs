using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>A state that a run kept, and what has become of it.</summary>
internal sealed record KeptPoint
{
    /// <summary>The state, as its maker gave it.</summary>
    public ReturnPoint Point { get; init; } = new();

    /// <summary>The action that made it.</summary>
    public string Action { get; init; } = "";

    /// <summary>The order of the stop that it was made at.</summary>
    public int Stop { get; init; }

    /// <summary>What has become of it.</summary>
    public KeptPointUse Use { get; init; }

    /// <summary>The record of it that people see.</summary>
    public KeptItem ToItem() => new()
    {
        Kind = Point.Kind,
        Location = Point.Location,
        Version = Point.Version,
        Size = Point.Size,
        Dropped = Use == KeptPointUse.Dropped,
    };
}
