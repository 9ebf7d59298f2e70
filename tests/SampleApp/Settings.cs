using System.Globalization;

namespace SampleApp;

/// <summary>The settings, all from the environment.</summary>
internal sealed record Settings
{
    /// <summary>The port.</summary>
    public required int Port { get; init; }

    /// <summary>Whether it listens on all addresses, as in a container; else on the loopback interface alone.</summary>
    public bool Everywhere { get; init; }

    /// <summary>Whether the database is PostgreSQL; else it is a SQLite file.</summary>
    public required bool Postgres { get; init; }

    public string File { get; init; } = "";

    public string Host { get; init; } = "";

    public int DatabasePort { get; init; }

    public string Name { get; init; } = "";

    public string User { get; init; } = "";

    public string Password { get; init; } = "";

    /// <summary>How long each migration takes besides.</summary>
    public TimeSpan MigrationDelay { get; init; }

    /// <summary>The migration that fails half way, having committed its first half.</summary>
    public string? FailMigration { get; init; }

    /// <summary>The migration whose way back fails half way, having committed its first part.</summary>
    public string? FailDown { get; init; }

    /// <summary>Whether migrating down says that it is done, and does nothing.</summary>
    public bool LieDown { get; init; }

    /// <summary>How long another one's migration lock is waited for.</summary>
    public TimeSpan LockWait { get; init; }

    /// <summary>Whether health answers 200 from the first moment on.</summary>
    public bool LieHealthy { get; init; }

    /// <summary>The version whose health never turns ok, although it has migrated and serves.</summary>
    public string? Sick { get; init; }

    /// <summary>The version that says that it is healthy, and fails at a page.</summary>
    public string? SickPage { get; init; }

    /// <summary>After how long it crashes.</summary>
    public TimeSpan? CrashAfter { get; init; }

    /// <summary>How long a graceful stop takes besides.</summary>
    public TimeSpan StopDelay { get; init; }

    /// <summary>Whether a request to stop is ignored.</summary>
    public bool IgnoreStop { get; init; }

    /// <summary>The addresses, <c>host:port</c> or the path of a Unix socket each, that it calls when it starts, as an application sends its telemetry.</summary>
    public IReadOnlyList<string> Calls { get; init; } = [];

    /// <summary>The files that it appends its version to when it starts, as an application writes to folders besides its database.</summary>
    public IReadOnlyList<string> Writes { get; init; } = [];

    public static Settings Read()
    {
        var uri = Get("SAMPLEAPP_DATABASE");
        var type = Get("SAMPLEAPP_DB_TYPE")?.ToLowerInvariant();
        var settings = new Settings
        {
            Port = Number("SAMPLEAPP_PORT") ?? 8090,
            Everywhere = Get("SAMPLEAPP_LISTEN") == "any",
            Postgres = type is "postgres" or "postgresql",
            File = "sampleapp.db",
            Host = Get("SAMPLEAPP_DB_HOST") ?? "localhost",
            DatabasePort = Number("SAMPLEAPP_DB_PORT") ?? 5432,
            Name = Get("SAMPLEAPP_DB_NAME") ?? "sampleapp",
            User = Get("SAMPLEAPP_DB_USER") ?? "sampleapp",
            Password = Get("SAMPLEAPP_DB_PASSWORD") ?? "",
            MigrationDelay = Time("SAMPLEAPP_MIGRATION_DELAY_MS") ?? TimeSpan.Zero,
            FailMigration = Get("SAMPLEAPP_FAIL_MIGRATION"),
            FailDown = Get("SAMPLEAPP_FAIL_DOWN"),
            LieDown = Get("SAMPLEAPP_LIE_DOWN") == "1",
            LockWait = Time("SAMPLEAPP_LOCK_WAIT_MS") ?? TimeSpan.FromSeconds(3),
            LieHealthy = Get("SAMPLEAPP_LIE_HEALTHY") == "1",
            Sick = Get("SAMPLEAPP_SICK"),
            SickPage = Get("SAMPLEAPP_SICK_PAGE"),
            CrashAfter = Time("SAMPLEAPP_CRASH_AFTER_MS"),
            StopDelay = Time("SAMPLEAPP_STOP_DELAY_MS") ?? TimeSpan.Zero,
            Calls = Get("SAMPLEAPP_CALLS")?.Split(',') ?? [],
            Writes = Get("SAMPLEAPP_WRITES")?.Split(',') ?? [],
            IgnoreStop = Get("SAMPLEAPP_IGNORE_STOP") == "1",
        };
        if (uri is null) return settings;
        if (!uri.StartsWith("postgres://", StringComparison.Ordinal) && !uri.StartsWith("postgresql://", StringComparison.Ordinal))
        {
            return settings with { Postgres = false, File = uri };
        }

        // The single settings for user and password win over the address.
        var parsed = new Uri(uri);
        var colon = parsed.UserInfo.IndexOf(':', StringComparison.Ordinal);
        var user = Uri.UnescapeDataString(colon < 0 ? parsed.UserInfo : parsed.UserInfo[..colon]);
        var password = colon < 0 ? "" : Uri.UnescapeDataString(parsed.UserInfo[(colon + 1)..]);
        return settings with
        {
            Postgres = true,
            Host = parsed.Host,
            DatabasePort = parsed.Port > 0 ? parsed.Port : 5432,
            Name = Uri.UnescapeDataString(parsed.AbsolutePath.TrimStart('/')),
            User = Get("SAMPLEAPP_DB_USER") ?? user,
            Password = Get("SAMPLEAPP_DB_PASSWORD") ?? password,
        };
    }

    private static string? Get(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static int? Number(string name) => Get(name) is { } text ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : null;

    private static TimeSpan? Time(string name) => Number(name) is { } milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : null;
}
