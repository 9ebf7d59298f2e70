namespace UpgradeModule.Engine.Apps;

/// <summary>How a database connection is read from settings.</summary>
public sealed record DatabaseSettingsSpec
{
    /// <summary>The setting that names the engine.</summary>
    public string? Type { get; set; }

    /// <summary>Its values and the engines they stand for: Postgres, Sqlite, H2, MySql, Mongo.</summary>
    public IReadOnlyDictionary<string, string> TypeValues { get; set; } = new Dictionary<string, string>();

    /// <summary>The engine where nothing says otherwise.</summary>
    public string? DefaultEngine { get; set; }

    /// <summary>The setting with a connection address (URI or JDBC); it wins over single settings.</summary>
    public string? Uri { get; set; }

    /// <summary>Whether user and password in the address are percent-decoded.</summary>
    public bool UriDecodesCredentials { get; set; }

    /// <summary>The setting with the host name.</summary>
    public string? Host { get; set; }

    /// <summary>The setting with the port.</summary>
    public string? Port { get; set; }

    /// <summary>The setting with the database's name.</summary>
    public string? Name { get; set; }

    /// <summary>The setting with the role's name; beside an address it wins.</summary>
    public string? User { get; set; }

    /// <summary>The setting with the password; beside an address it wins.</summary>
    public string? Password { get; set; }

    /// <summary>The setting with the database file's path.</summary>
    public string? File { get; set; }

    /// <summary>The file where the setting is empty; relative to the working directory.</summary>
    public string? DefaultFile { get; set; }

    /// <summary>What is appended to the file's path: <c>.mv.db</c> for H2.</summary>
    public string? FileSuffix { get; set; }

    /// <summary>The database's name where nothing names one.</summary>
    public string? DefaultName { get; set; }

    /// <summary>The host where nothing names one.</summary>
    public string? DefaultHost { get; set; }
}
