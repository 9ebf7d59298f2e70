namespace UpgradeModule.Engine.Databases;

/// <summary>A database and the log-ins for it. It holds secrets, prints none, and never leaves the engine.</summary>
public sealed class DatabaseAccess
{
    /// <summary>The database.</summary>
    public required DatabaseTarget Target { get; init; }

    /// <summary>The application's own log-in; <see langword="null"/> where the engine needs none.</summary>
    public DatabaseCredential? Credential { get; init; }

    /// <summary>A log-in that may create databases on the same server; <see langword="null"/> where none was given.</summary>
    public DatabaseCredential? Maintenance { get; init; }

    /// <summary>The address of the container engine in which the database may run; the usual one where <see langword="null"/>.</summary>
    public string? DockerHost { get; init; }

    /// <summary>The Java program that the application runs on, where it runs on one of this machine; for engines that take Java to be opened.</summary>
    public string? JavaProgram { get; init; }

    /// <summary>The application's own JAR on this machine, which may hold its database engine.</summary>
    public string? JarPath { get; init; }

    /// <summary>The command that fetches that JAR to this machine, where it is known to be elsewhere: <c>docker cp metabase:/app/metabase.jar .</c></summary>
    public string? JarFetch { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Target.ToString();
}
