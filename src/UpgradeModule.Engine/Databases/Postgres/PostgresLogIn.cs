using System.Globalization;
using Npgsql;

namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>A database on a server and the role that logs in to it: everything that a connection, ours or a program's, needs. It holds a secret.</summary>
internal sealed record PostgresLogIn
{
    /// <summary>The name under which our sessions are seen on the server.</summary>
    public const string ApplicationName = "UpgradeModule";

    /// <summary>The host, or the directory of a Unix socket.</summary>
    public required string Server { get; init; }

    /// <summary>The port.</summary>
    public int Port { get; init; } = 5432;

    /// <summary>The database.</summary>
    public required string Database { get; init; }

    /// <summary>The role and its password.</summary>
    public required DatabaseCredential Credential { get; init; }

    /// <summary>The TLS mode, in the words of PostgreSQL.</summary>
    public string? SslMode { get; init; }

    /// <summary>The database, for people.</summary>
    public override string ToString() => $"postgres://{Credential.UserName}@{Server}:{Port.ToString(CultureInfo.InvariantCulture)}/{Database}";

    /// <summary>The connection string.</summary>
    /// <param name="applicationName">The name under which the session is seen.</param>
    public string ConnectionString(string applicationName = ApplicationName)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = Server,
            Port = Port,
            Database = Database,
            Username = Credential.UserName,
            ApplicationName = applicationName,
            Pooling = false,
            Enlist = false,
            IncludeErrorDetail = false,
            Timeout = 15,
            CommandTimeout = 0,
            KeepAlive = 30,
            // Rows come and go in bulk: with the usual 8 KiB every few dozen of them are a call of their own.
            ReadBufferSize = 1 << 18,
            WriteBufferSize = 1 << 18,
            SslMode = Mode(),
        };
        if (Credential.Reveal() is { Length: > 0 } password) settings.Password = password;
        return settings.ConnectionString;
    }

    /// <summary>
    /// The environment for PostgreSQL's own programs, without the password: that goes into a private file (<see cref="Programs.PassFile"/>),
    /// because arguments can be read by every user of the machine, and the environment by everything that runs as the same user.
    /// </summary>
    public IReadOnlyDictionary<string, string> ProgramEnvironment()
    {
        var environment = new Dictionary<string, string>
        {
            ["PGHOST"] = Server,
            ["PGPORT"] = Port.ToString(CultureInfo.InvariantCulture),
            ["PGDATABASE"] = Database,
            ["PGUSER"] = Credential.UserName,
            ["PGAPPNAME"] = ApplicationName,
            ["PGCONNECT_TIMEOUT"] = "15",
        };
        if (SslMode is not null) environment["PGSSLMODE"] = SslMode;
        return environment;
    }

    private Npgsql.SslMode Mode() => SslMode switch
    {
        null or "prefer" => Npgsql.SslMode.Prefer,
        "disable" => Npgsql.SslMode.Disable,
        "allow" => Npgsql.SslMode.Allow,
        "require" => Npgsql.SslMode.Require,
        "verify-ca" => Npgsql.SslMode.VerifyCA,
        "verify-full" => Npgsql.SslMode.VerifyFull,
        _ => throw new UpgradeException("DatabaseSettingsInvalid", UpgradeErrorCategory.InvalidArgument, ToString(), $"'{SslMode}' is no TLS mode of PostgreSQL.", "Use disable, allow, prefer, require, verify-ca or verify-full."),
    };
}
