namespace UpgradeModule.Engine.Databases.Settings;

/// <summary>What a database address tells. It may hold a password and never leaves the engine.</summary>
internal sealed class DatabaseAddress
{
    /// <summary>The engine.</summary>
    public required DatabaseEngine Engine { get; init; }

    /// <summary>The host.</summary>
    public string? Server { get; init; }

    /// <summary>The port.</summary>
    public int? Port { get; init; }

    /// <summary>The database.</summary>
    public string? Name { get; init; }

    /// <summary>The role.</summary>
    public string? User { get; init; }

    /// <summary>Its password.</summary>
    public string? Password { get; init; }

    /// <summary>The TLS mode.</summary>
    public string? SslMode { get; init; }

    /// <summary>The database in which the role is defined, for MongoDB.</summary>
    public string? AuthenticationDatabase { get; init; }

    /// <summary>The file, for engines in a file; it may be relative.</summary>
    public string? Path { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Engine.ToString();
}
