namespace UpgradeModule.Engine.Apps;

/// <summary>Where an application's settings are, and how they tell its database.</summary>
public sealed record SettingsSpec
{
    /// <summary>How the database connection is read.</summary>
    public DatabaseSettingsSpec? Database { get; set; }

    /// <summary>Settings whose values are secrets; * stands for any characters.</summary>
    public IReadOnlyList<string> Secrets { get; set; } = [];

    /// <summary>The setting that holds the key with which data is encrypted: its fingerprint goes into manifests.</summary>
    public string? EncryptionKey { get; set; }

    /// <summary>The setting that holds the port it listens on.</summary>
    public string? Port { get; set; }

    /// <summary>The port where the setting is empty.</summary>
    public int? DefaultPort { get; set; }

    /// <summary>JVM properties that stand for settings: <c>{"mb.db.type":"MB_DB_TYPE"}</c>.</summary>
    public IReadOnlyDictionary<string, string> JavaProperties { get; set; } = new Dictionary<string, string>();

    /// <summary>Older names of settings and those that they stand for: <c>{"SHARELATEX_MONGO_URL":"OVERLEAF_MONGO_URL"}</c>. Read where the newer isn't set.</summary>
    public IReadOnlyDictionary<string, string> Aliases { get; set; } = new Dictionary<string, string>();

    /// <summary>A suffix of settings whose value is the path of a file with the value: <c>_FILE</c>.</summary>
    public string? FileSuffix { get; set; }

    /// <summary>Settings with which an upgrade fails, or should not be begun.</summary>
    public IReadOnlyList<ObstacleSpec> Obstacles { get; set; } = [];
}
