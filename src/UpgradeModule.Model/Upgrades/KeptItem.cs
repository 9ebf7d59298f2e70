namespace UpgradeModule;

/// <summary>Something that an upgrade run keeps for the way back, until it is completed.</summary>
public sealed record KeptItem : AppRecord
{
    /// <summary>What it is: <c>Artifact</c>, <c>Database</c>, <c>DatabaseFile</c>, <c>Container</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Where it is: a path, a database's name, a container's.</summary>
    public string Location { get; init; } = "";

    /// <summary>The version it belongs to.</summary>
    public AppVersion? Version { get; init; }

    /// <summary>Its size in bytes, where known.</summary>
    public long? Size { get; init; }

    /// <summary>Whether it has been dropped.</summary>
    public bool Dropped { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Location}";
}
