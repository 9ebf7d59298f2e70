namespace UpgradeModule;

/// <summary>One place where a deployment's version was seen.</summary>
public sealed record VersionSighting : AppRecord
{
    /// <summary>Where: <c>App</c> (it said so itself), <c>Artifact</c>, <c>Database</c>, <c>Run</c> (the last upgrade run).</summary>
    public string Source { get; init; } = "";

    /// <summary>The version, where an exact one is known.</summary>
    public AppVersion? Version { get; init; }

    /// <summary>What is known besides: the major only, or why nothing could be read.</summary>
    public string? Detail { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Source}: {(Version is null ? Detail : Version.Text)}";
}
