namespace UpgradeModule.Engine.Apps;

/// <summary>What a consistent backup takes.</summary>
public sealed record BackupSpec
{
    /// <summary>Its stores: database, redis, files.</summary>
    public IReadOnlyList<string> Stores { get; init; } = ["database"];

    /// <summary>Whether the service must be stopped for it.</summary>
    public bool RequiresStop { get; init; }

    /// <summary>Paths of data files that belong to it.</summary>
    public IReadOnlyList<string> Include { get; init; } = [];

    /// <summary>Paths that need not be kept.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>What is to be known besides.</summary>
    public string? Note { get; init; }
}
