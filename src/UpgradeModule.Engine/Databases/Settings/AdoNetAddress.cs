using System.Data.Common;
using System.Globalization;

namespace UpgradeModule.Engine.Databases.Settings;

/// <summary>Reads the connection strings of .NET applications: <c>Data Source=app.db</c>, <c>Host=db;Database=app;Username=u;Password=…</c>.</summary>
internal static class AdoNetAddress
{
    private static readonly string[] FileKeys = ["data source", "datasource", "filename"];
    private static readonly string[] HostKeys = ["host", "server"];
    private static readonly string[] NameKeys = ["database", "db"];
    private static readonly string[] UserKeys = ["username", "user name", "user id", "userid", "user", "uid"];
    private static readonly string[] PasswordKeys = ["password", "pwd", "psw"];
    private static readonly string[] SslKeys = ["ssl mode", "sslmode"];

    /// <summary>Reads a connection string.</summary>
    /// <param name="text">The connection string, or the path of a file where the engine is one in a file.</param>
    /// <param name="named">The engine that another setting names.</param>
    /// <param name="invalid">Makes the error for a reason.</param>
    public static DatabaseAddress Parse(string text, DatabaseEngine? named, Func<string, UpgradeException> invalid)
    {
        if (!text.Contains('=', StringComparison.Ordinal)) return PlainFile(text, named) ?? throw invalid("it is neither an address nor a connection string");
        var builder = new DbConnectionStringBuilder();
        try
        {
            builder.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            if (PlainFile(text, named) is { } path) return path;
            // Its message repeats a part of the text, which may be the password: so it isn't handed on.
            throw invalid("it is no connection string that can be read");
        }

        if (Find(builder, HostKeys) is not { } host)
        {
            if (Find(builder, FileKeys) is { } file) return new DatabaseAddress { Engine = DatabaseEngine.Sqlite, Path = file };
            return PlainFile(text, named) ?? throw invalid("it names neither a host nor a file");
        }

        var port = Find(builder, ["port"]);
        return new DatabaseAddress
        {
            Engine = named is DatabaseEngine.MySql ? DatabaseEngine.MySql : DatabaseEngine.Postgres,
            Server = host,
            Port = port is null ? null : int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw invalid("its port is no port number"),
            Name = Find(builder, NameKeys),
            User = Find(builder, UserKeys),
            Password = Find(builder, PasswordKeys),
            SslMode = SslMode(Find(builder, SslKeys)),
        };
    }

    private static DatabaseAddress? PlainFile(string text, DatabaseEngine? named) => named is DatabaseEngine.Sqlite or DatabaseEngine.H2 ? new DatabaseAddress { Engine = named.Value, Path = text } : null;

    private static string? Find(DbConnectionStringBuilder builder, string[] keys) =>
        keys.Select(key => builder.TryGetValue(key, out var value) ? value.ToString() : null).FirstOrDefault(value => value is { Length: > 0 });

    private static string? SslMode(string? mode) => mode?.ToLowerInvariant() switch
    {
        "verifyca" => "verify-ca",
        "verifyfull" => "verify-full",
        var other => other,
    };
}
