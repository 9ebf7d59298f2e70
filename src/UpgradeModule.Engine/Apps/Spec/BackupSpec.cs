namespace UpgradeModule.Engine.Apps;

/// <summary>What a consistent backup takes.</summary>
public sealed record BackupSpec
{
    /// <summary>Its stores: database, redis, files.</summary>
    public IReadOnlyList<string> Stores { get; set; } = ["database"];

    /// <summary>Whether the service must be stopped for it.</summary>
    public bool RequiresStop { get; set; }

    /// <summary>Paths of data files that belong to it.</summary>
    public IReadOnlyList<string> Include { get; set; } = [];

    /// <summary>Paths that need not be kept.</summary>
    public IReadOnlyList<string> Exclude { get; set; } = [];

    /// <summary>What is to be known besides.</summary>
    public string? Note { get; set; }
}
