namespace UpgradeModule.Engine.Operations;

/// <summary>A state that can be gone back to: an artifact set aside, a database renamed, a file copied. It is journalled as it is, so it holds no secret.</summary>
public sealed record ReturnPoint
{
    /// <summary>What it is: <c>Artifact</c>, <c>Database</c>, <c>DatabaseFile</c>, <c>DatabaseDump</c>, <c>Container</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Where it is: a path, a database's name.</summary>
    public string Location { get; init; } = "";

    /// <summary>The version that it belongs to.</summary>
    public AppVersion? Version { get; init; }

    /// <summary>Its size in bytes, where known.</summary>
    public long? Size { get; init; }

    /// <summary>When it was made, in UTC.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>What its maker needs to go back.</summary>
    public IReadOnlyDictionary<string, string> Data { get; init; } = new Dictionary<string, string>();
}
