using System.Globalization;
using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Databases.Settings;

/// <summary>
/// Reads database addresses: <c>jdbc:postgresql://host:port/db?user=…</c>, <c>postgres://user:pass@host/db</c>, <c>jdbc:mysql://…</c>,
/// <c>jdbc:h2:file:…</c>, <c>sqlite:///path</c>, <c>mongodb://…</c>, and ADO.NET's <c>Data Source=…</c> and <c>Host=…;Database=…</c>.
/// </summary>
internal static partial class AddressParser
{
    // File systems of H2 in which a database is one plain file, and those in which it is something else.
    private static readonly string[] H2Plain = ["file:", "nio:", "async:", "nioMapped:", "retry:"];
    private static readonly string[] H2Systems = ["split:", "zip:", "memFS:", "memLZ:", "nioMemFS:", "nioMemLZ:", "cipher:", "classpath:"];

    /// <summary>Reads an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="decodesCredentials">Whether user and password before the @ are percent-decoded.</param>
    /// <param name="named">The engine that another setting names, for addresses that don't tell.</param>
    /// <param name="invalid">Makes the error for a reason; the reason never holds a part of the address.</param>
    public static DatabaseAddress Parse(string address, bool decodesCredentials, DatabaseEngine? named, Func<string, UpgradeException> invalid)
    {
        var plain = address.StartsWith("jdbc:", StringComparison.OrdinalIgnoreCase) ? address["jdbc:".Length..] : address;
        var match = Scheme().Match(plain);
        if (!match.Success || match.Groups["scheme"].Length < 2) return AdoNetAddress.Parse(address, named, invalid);
        var rest = plain[match.Length..];
        return match.Groups["scheme"].Value.ToLowerInvariant() switch
        {
            "postgres" or "postgresql" => Server(DatabaseEngine.Postgres, rest, decodesCredentials, invalid),
            "mysql" or "mariadb" => Server(DatabaseEngine.MySql, rest, decodesCredentials, invalid),
            "mongodb" or "mongodb+srv" => Server(DatabaseEngine.Mongo, rest, decodesCredentials: true, invalid),
            "h2" => H2File(rest, invalid),
            "sqlite" or "sqlite3" or "file" => new DatabaseAddress { Engine = DatabaseEngine.Sqlite, Path = SqliteFile(rest) },
            _ => throw invalid("the address begins with a scheme that stands for no engine known here"),
        };
    }

    private static DatabaseAddress Server(DatabaseEngine engine, string rest, bool decodesCredentials, Func<string, UpgradeException> invalid)
    {
        if (!rest.StartsWith("//", StringComparison.Ordinal))
        {
            // jdbc:postgresql:database means the local server.
            var (only, options) = Cut(rest, '?');
            return Complete(engine, null, null, Decode(only), null, null, options);
        }

        var (user, password, place) = decodesCredentials ? DecodedCredentials(rest[2..]) : PlainCredentials(rest[2..], invalid);
        var (path, query) = Cut(place, '?');
        var (authority, name) = Cut(path, '/');
        if (authority.Contains(',', StringComparison.Ordinal)) throw invalid("the address names several servers, and the module must know the one that is written to");
        if (authority.Contains('@', StringComparison.Ordinal)) throw invalid("its user and password can't be told apart: a @ in them must be written %40, or they must be set on their own");
        var host = Authority().Match(authority);
        if (!host.Success) throw invalid("its host and port can't be read");
        int? port = host.Groups["port"].Length == 0 ? null : int.TryParse(host.Groups["port"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536 ? number : throw invalid("its port is no port number");
        return Complete(engine, host.Groups["host"].Value.Trim('[', ']'), port, Decode(name), user, password, query);
    }

    private static DatabaseAddress Complete(DatabaseEngine engine, string? server, int? port, string name, string? user, string? password, string query)
    {
        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var option in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = Cut(option, '=');
            options[Decode(key)] = Decode(value);
        }

        return new DatabaseAddress
        {
            Engine = engine,
            Server = server is { Length: > 0 } ? server : options.GetValueOrDefault("host"),
            Port = port,
            Name = name.Length > 0 ? name : null,
            User = user ?? options.GetValueOrDefault("user"),
            Password = password ?? options.GetValueOrDefault("password"),
            SslMode = SslMode(engine, options),
            // Drivers look for the user in the address's database where it names no other.
            AuthenticationDatabase = engine == DatabaseEngine.Mongo ? options.GetValueOrDefault("authSource") ?? (name.Length > 0 ? name : null) : null,
        };
    }

    // What the JDBC driver makes of its options: ssl alone means that the certificate is checked in full, unless a factory says otherwise.
    private static string? SslMode(DatabaseEngine engine, Dictionary<string, string> options)
    {
        if (engine == DatabaseEngine.MySql) return MySqlMode(options);
        if (engine == DatabaseEngine.Mongo) return Says("tls") || Says("ssl") ? Says("tlsAllowInvalidCertificates") || Says("tlsInsecure") ? "require" : "verify-full" : null;
        bool Says(string name) => options.GetValueOrDefault(name)?.Equals("true", StringComparison.OrdinalIgnoreCase) == true;
        if (options.GetValueOrDefault("sslmode") is { Length: > 0 } mode) return mode.ToLowerInvariant();
        if (!options.TryGetValue("ssl", out var ssl) || ssl.Equals("false", StringComparison.OrdinalIgnoreCase)) return null;
        return options.GetValueOrDefault("sslfactory")?.EndsWith("NonValidatingFactory", StringComparison.Ordinal) == true ? "require" : "verify-full";
    }

    // The drivers of MySQL and MariaDB have words of their own, the older ones yes and no.
    private static string? MySqlMode(Dictionary<string, string> options)
    {
        bool? Says(string name) => options.TryGetValue(name, out var value) ? value.Equals("true", StringComparison.OrdinalIgnoreCase) : null;
        return options.GetValueOrDefault("sslMode")?.ToLowerInvariant().Replace('_', '-') switch
        {
            "disabled" or "disable" => "disable",
            "preferred" or "prefer" => "prefer",
            "required" or "require" or "trust" => "require",
            "verify-ca" => "verify-ca",
            "verify-identity" or "verify-full" => "verify-full",
            null when Says("useSSL") == false => "disable",
            null when Says("verifyServerCertificate") == true => "verify-ca",
            null when Says("requireSSL") == true || Says("useSSL") == true => "require",
            _ => null,
        };
    }

    // Some applications cut user and password out by a pattern and decode nothing (Metabase is one); read otherwise, another role would be logged in.
    private static (string? User, string? Password, string Place) PlainCredentials(string text, Func<string, UpgradeException> invalid)
    {
        var match = Credentials().Match(text);
        if (!match.Success) return (null, null, text);
        if (match.Value[..match.Groups["rest"].Index].Contains('/', StringComparison.Ordinal)) throw invalid("a @ behind the host must be written %40");
        return (match.Groups["user"].Value, match.Groups["password"].Success ? match.Groups["password"].Value : null, match.Groups["rest"].Value);
    }

    private static (string? User, string? Password, string Place) DecodedCredentials(string text)
    {
        var end = text.AsSpan().IndexOfAny('/', '?');
        var at = text.LastIndexOf('@', end < 0 ? text.Length - 1 : Math.Max(end - 1, 0));
        if (at < 0) return (null, null, text);
        var (user, password) = Cut(text[..at], ':');
        return (Decode(user), text[..at].Contains(':', StringComparison.Ordinal) ? Decode(password) : null, text[(at + 1)..]);
    }

    private static DatabaseAddress H2File(string rest, Func<string, UpgradeException> invalid)
    {
        var (file, settings) = Cut(rest, ';');
        if (file.StartsWith("mem:", StringComparison.OrdinalIgnoreCase)) return new DatabaseAddress { Engine = DatabaseEngine.H2, Path = "" };
        if (file.StartsWith("tcp:", StringComparison.OrdinalIgnoreCase) || file.StartsWith("ssl:", StringComparison.OrdinalIgnoreCase)) throw invalid("it is an H2 database behind a server, and only one in a file can be worked with");
        foreach (var system in H2Systems.Where(system => file.StartsWith(system, StringComparison.OrdinalIgnoreCase))) throw invalid($"it is an H2 database in the file system '{system.TrimEnd(':')}', and only one in a plain file can be worked with");
        foreach (var plain in H2Plain.Where(plain => file.StartsWith(plain, StringComparison.OrdinalIgnoreCase))) file = file[plain.Length..];
        if (file.StartsWith('~')) throw invalid("its ~ stands for the home of the user that the application runs as, which isn't known here: write the full path");
        var options = settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(option => Cut(option, '=')).Where(option => option.Left.Length > 0)
            .GroupBy(option => option.Left.Trim(), StringComparer.OrdinalIgnoreCase).ToDictionary(group => group.Key, group => group.Last().Right, StringComparer.OrdinalIgnoreCase);
        return new DatabaseAddress { Engine = DatabaseEngine.H2, Path = file, User = options.GetValueOrDefault("USER"), Password = options.GetValueOrDefault("PASSWORD") };
    }

    private static string SqliteFile(string rest)
    {
        var (path, _) = Cut(rest, '?');
        if (path.StartsWith("//", StringComparison.Ordinal)) path = path[2..];
        // sqlite:///C:/data/app.db and sqlite:////srv/app.db are both absolute.
        if (path.Length > 2 && path[0] == '/' && char.IsAsciiLetter(path[1]) && path[2] == ':') path = path[1..];
        if (path.StartsWith("//", StringComparison.Ordinal)) path = path[1..];
        return Decode(path);
    }

    private static (string Left, string Right) Cut(string text, char at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, "") : (text[..index], text[(index + 1)..]);
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text);

    [GeneratedRegex("^(?<scheme>[A-Za-z][A-Za-z0-9+]*):")]
    private static partial Regex Scheme();

    [GeneratedRegex("^(?<user>[^:@]+)(?::(?<password>[^:@]+))?@(?<rest>.+)$", RegexOptions.Singleline)]
    private static partial Regex Credentials();

    [GeneratedRegex(@"^(?<host>\[[0-9A-Fa-f:.%]+\]|[^:\[\]]*)(?::(?<port>[0-9]+))?$")]
    private static partial Regex Authority();
}
