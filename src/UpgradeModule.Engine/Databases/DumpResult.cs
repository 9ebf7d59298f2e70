namespace UpgradeModule.Engine.Databases;

/// <summary>What a dump wrote.</summary>
public sealed record DumpResult
{
    /// <summary>The data's format: <c>sql+gzip</c>, <c>pg_dump-custom</c>, <c>sqlite</c>.</summary>
    public string Format { get; init; } = "";

    /// <summary>The files, relative to the folder, with forward slashes.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>The SHA-256 of files, in small hexadecimal digits, where it was computed while they were written.</summary>
    public IReadOnlyDictionary<string, string> Digests { get; init; } = new Dictionary<string, string>();

    /// <summary>The engine's version.</summary>
    public string? EngineVersion { get; init; }

    /// <summary>When the snapshot was taken, in UTC.</summary>
    public DateTimeOffset SnapshotOn { get; init; }

    /// <summary>Every table and its rows in the snapshot.</summary>
    public IReadOnlyList<TableCount> Tables { get; init; } = [];

    /// <summary>The invariants in the snapshot.</summary>
    public IReadOnlyList<InvariantValue> Invariants { get; init; } = [];

    /// <summary>Programs that took part, and their versions.</summary>
    public IReadOnlyDictionary<string, string> Tools { get; init; } = new Dictionary<string, string>();
}
