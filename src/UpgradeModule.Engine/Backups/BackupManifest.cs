using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Backups;

/// <summary>What a backup says of itself, as <c>manifest.json</c> has it. It is written once and never changed; it holds no secret.</summary>
internal sealed record BackupManifest
{
    /// <summary>The newest version of this format that this module knows.</summary>
    public const int KnownFormat = 1;

    /// <summary>The version of this format.</summary>
    public int FormatVersion { get; init; } = KnownFormat;

    /// <summary>The module that made the backup.</summary>
    public string ModuleVersion { get; init; } = "";

    /// <summary>The backup's name, which is also its folder's.</summary>
    public string Id { get; init; } = "";

    /// <summary>The deployment's name.</summary>
    public string Deployment { get; init; } = "";

    /// <summary>The application's name.</summary>
    public string App { get; init; } = "";

    /// <summary>The version that ran.</summary>
    public AppVersion? Version { get; init; }

    /// <summary>The edition's short name.</summary>
    public string Edition { get; init; } = "";

    /// <summary>The database engine.</summary>
    public DatabaseEngine Engine { get; init; }

    /// <summary>The engine's version.</summary>
    public string? EngineVersion { get; init; }

    /// <summary>Where the data came from, without secrets.</summary>
    public string? Database { get; init; }

    /// <summary>The name of the machine that the backup was made on: several may have a deployment of the same name, and a database at the same local address. Empty in the oldest.</summary>
    public string? Machine { get; init; }

    /// <summary>The data's format: <c>pg_dump-custom</c>, <c>sqlite</c>.</summary>
    public string Format { get; init; } = "";

    /// <summary>When the snapshot was taken, in UTC.</summary>
    public DateTimeOffset SnapshotOn { get; init; }

    /// <summary>When the backup was whole, in UTC.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>The size of the data files together, in bytes.</summary>
    public long Size { get; init; }

    /// <summary>The data files.</summary>
    public IReadOnlyList<BackupFile> Files { get; init; } = [];

    /// <summary>Every table and its rows in the snapshot.</summary>
    public IReadOnlyList<TableCount> Tables { get; init; } = [];

    /// <summary>The invariants in the snapshot.</summary>
    public IReadOnlyList<InvariantValue> Invariants { get; init; } = [];

    /// <summary>Whether the checksums have a checksum of their own, as all have but the first.</summary>
    public bool Sealed { get; init; }

    /// <summary>How the invariants are read, so that a restored copy can be compared without the app definition.</summary>
    public IReadOnlyList<InvariantSpec> Queries { get; init; } = [];

    /// <summary>Programs that took part, and their versions.</summary>
    public IReadOnlyDictionary<string, string> Tools { get; init; } = new Dictionary<string, string>();

    /// <summary>The fingerprint of the key with which the application encrypts what is in its database; empty where it has none.</summary>
    public KeyFingerprint? EncryptionKey { get; init; }
}
