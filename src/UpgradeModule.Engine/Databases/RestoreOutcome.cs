using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Databases;

/// <summary>What a restore into the live place did.</summary>
public sealed record RestoreOutcome
{
    /// <summary>The data before, kept.</summary>
    public ReturnPoint Previous { get; init; } = new();

    /// <summary>Every table of the restored data and its rows.</summary>
    public IReadOnlyList<TableCount> Tables { get; init; } = [];
}
