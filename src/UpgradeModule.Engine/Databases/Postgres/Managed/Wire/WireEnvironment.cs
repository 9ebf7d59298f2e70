namespace UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

/// <summary>What the environment and the user's folder say about connections: the driver heeds it, and so must we, or leave it to the driver.</summary>
internal static class WireEnvironment
{
    // Settings of sessions, ways of logging in and of encrypting that only the driver knows.
    private static readonly string[] s_beyond = ["PGTZ", "PGOPTIONS", "PGCLIENTENCODING", "PGTARGETSESSIONATTRS", "PGSSLNEGOTIATION", "PGREQUIREAUTH", "PGSSLCERT"];

    /// <summary>The file of root certificates that was given; <see langword="null"/> for the system's.</summary>
    public static string? RootCertificate => Get("PGSSLROOTCERT") ?? Own("root.crt");

    /// <summary>Tells what a session can't be opened for without the driver.</summary>
    /// <param name="logIn">The database and role.</param>
    /// <returns>The reason; <see langword="null"/> for none.</returns>
    public static string? Obstacle(PostgresLogIn logIn)
    {
        if (logIn.Server.Contains(',')) return "it names several servers";
        if (logIn.SslMode == "allow") return "its TLS mode is 'allow'";
        if (s_beyond.FirstOrDefault(name => Get(name) is not null) is { } set) return $"the environment sets {set}";
        if (string.Equals(Get("PGGSSENCMODE"), "require", StringComparison.OrdinalIgnoreCase)) return "the environment wants encryption by Kerberos";
        return Own("postgresql.crt") is { } certificate ? $"there is a certificate of the client's, '{certificate}'" : null;
    }

    private static string? Get(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static string? Own(string file)
    {
        var folder = OperatingSystem.IsWindows() ? Get("APPDATA") is { } data ? Path.Combine(data, "postgresql") : null : Get("HOME") is { } home ? Path.Combine(home, ".postgresql") : null;
        return folder is not null && Path.Combine(folder, file) is var path && File.Exists(path) ? path : null;
    }
}
