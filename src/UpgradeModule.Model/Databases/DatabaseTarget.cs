namespace UpgradeModule;

/// <summary>Where a deployment keeps its data. It holds no secret: a password is named by reference.</summary>
public sealed record DatabaseTarget : AppRecord
{
    /// <summary>The database engine.</summary>
    public DatabaseEngine Engine { get; init; }

    /// <summary>The host name or address, for engines with a server.</summary>
    public string? Server { get; init; }

    /// <summary>The port; empty means the engine's own default.</summary>
    public int? Port { get; init; }

    /// <summary>The name of the database, for engines with a server.</summary>
    public string? Name { get; init; }

    /// <summary>The role that the application logs in as.</summary>
    public string? User { get; init; }

    /// <summary>A reference to the password: <c>env:NAME</c>, <c>file:PATH</c>, <c>secret:NAME</c> or <c>secret:NAME@VAULT</c>.</summary>
    public string? Secret { get; init; }

    /// <summary>The full path of the database file, for engines in a file.</summary>
    public string? Path { get; init; }

    /// <summary>The TLS mode, in the words of PostgreSQL: disable, allow, prefer, require, verify-ca, verify-full.</summary>
    public string? SslMode { get; init; }

    /// <summary>A role that may create databases on the same server, for restores and proofs.</summary>
    public string? MaintenanceUser { get; init; }

    /// <summary>A reference to that role's password, written as <see cref="Secret"/> is.</summary>
    public string? MaintenanceSecret { get; init; }

    /// <summary>The database that the maintenance role connects to; <c>postgres</c> where empty.</summary>
    public string? MaintenanceDatabase { get; init; }

    /// <summary>The database in which the role is defined, for MongoDB; <c>admin</c> where empty.</summary>
    public string? AuthenticationDatabase { get; init; }

    /// <summary>The container that the database runs in, by name or id, whose programs are used where this machine has none; of a file, the one in whose own file system it lies.</summary>
    public string? Container { get; init; }

    /// <summary>Whether this was read from the application's own settings rather than given.</summary>
    public bool FromSettings { get; init; }

    /// <summary>Where it was read: a setting and its file, for people to check.</summary>
    public string? Source { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path is not null ? $"{Engine.ToString().ToLowerInvariant()}:{(string.IsNullOrEmpty(Container) ? "" : Container + ":")}{Path}" : $"{Engine.ToString().ToLowerInvariant()}://{(User is null ? "" : User + "@")}{Server}{(Port is null ? "" : ":" + Port.Value.ToString(System.Globalization.CultureInfo.InvariantCulture))}/{Name}";
}
