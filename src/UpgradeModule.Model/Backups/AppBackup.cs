namespace UpgradeModule;

/// <summary>A backup of an application's data: a folder with a manifest, checksums and the data.</summary>
public sealed record AppBackup : AppRecord
{
    /// <summary>Its name, which is also its folder's: deployment, time, a few random characters.</summary>
    public string Id { get; init; } = "";

    /// <summary>The name of the deployment that it was made of.</summary>
    public string Deployment { get; init; } = "";

    /// <summary>The application's name.</summary>
    public string App { get; init; } = "";

    /// <summary>The version that ran when it was made.</summary>
    public AppVersion? Version { get; init; }

    /// <summary>The edition's short name.</summary>
    public string Edition { get; init; } = "";

    /// <summary>The database engine.</summary>
    public DatabaseEngine Engine { get; init; }

    /// <summary>The version of the database engine or its file format.</summary>
    public string? EngineVersion { get; init; }

    /// <summary>The address or file of the database that its data came from, without secrets; empty where it isn't told.</summary>
    public string? Database { get; init; }

    /// <summary>The name of the machine that it was made on; empty where it isn't told.</summary>
    public string? Machine { get; init; }

    /// <summary>When its snapshot was taken, in UTC.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>The full path of its folder.</summary>
    public string Path { get; init; } = "";

    /// <summary>The size of its files in bytes.</summary>
    public long Size { get; init; }

    /// <summary>How many tables it holds.</summary>
    public int Tables { get; init; }

    /// <summary>How many rows they hold together.</summary>
    public long Rows { get; init; }

    /// <summary>When a restore last proved it, in UTC; empty where none has.</summary>
    public DateTimeOffset? ProvenOn { get; init; }

    /// <summary>The invariants at the time of its snapshot.</summary>
    public IReadOnlyList<InvariantValue> Invariants { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Id;
}
