using System.Globalization;
using System.Text;

namespace UpgradeModule.Engine.Databases.Mongo;

/// <summary>A server, and the user that logs in to it, if any. It holds a secret.</summary>
/// <param name="Target">The database as this machine reaches it.</param>
/// <param name="Credential">The user and its password; <see langword="null"/> where the server asks for none.</param>
/// <param name="AuthenticationDatabase">The database in which the user is defined.</param>
internal sealed record MongoLogIn(DatabaseTarget Target, DatabaseCredential? Credential, string AuthenticationDatabase)
{
    /// <summary>The port where none is named.</summary>
    public const int UsualPort = 27017;

    /// <summary>The database and the user, for people.</summary>
    public override string ToString() => (Target with { User = Credential?.UserName }).ToString();

    /// <summary>The address for the shell; it holds the password.</summary>
    /// <param name="host">The server's host as the shell reaches it.</param>
    /// <param name="port">Its port.</param>
    /// <param name="direct">Whether the members of a replica set are known by names that the shell can't reach.</param>
    public string Address(string host, int port, bool direct)
    {
        var text = new StringBuilder("mongodb://");
        if (Credential is not null) text.Append(Uri.EscapeDataString(Credential.UserName)).Append(':').Append(Uri.EscapeDataString(Credential.Reveal())).Append('@');
        text.Append(host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]" : host).Append(':').Append(port.ToString(CultureInfo.InvariantCulture)).Append('/').Append(Uri.EscapeDataString(Target.Name!));
        List<string> options = [];
        if (Credential is not null) options.Add("authSource=" + Uri.EscapeDataString(AuthenticationDatabase));
        if (direct) options.Add("directConnection=true");
        if (Tls) options.Add("ssl=true");
        return text.Append(options.Count == 0 ? "" : "?" + string.Join('&', options)).ToString();
    }

    /// <summary>The arguments of the dump and restore programs, without the password.</summary>
    /// <param name="host">The server's host as the program reaches it.</param>
    /// <param name="port">Its port.</param>
    public IReadOnlyList<string> Arguments(string host, int port)
    {
        List<string> arguments = ["--host=" + host, "--port=" + port.ToString(CultureInfo.InvariantCulture)];
        if (Credential is not null) arguments.AddRange(["--username=" + Credential.UserName, "--authenticationDatabase=" + AuthenticationDatabase]);
        if (Tls) arguments.Add("--ssl");
        if (Target.SslMode is "require") arguments.Add("--sslAllowInvalidCertificates");
        return arguments;
    }

    /// <summary>The private file of those programs.</summary>
    /// <returns>Its content; <see langword="null"/> where there is no secret.</returns>
    public string? ConfigFile() => Credential is null ? null : "password: " + System.Text.Json.JsonSerializer.Serialize(Credential.Reveal(), MongoJson.Default.String) + "\n";

    private bool Tls => Target.SslMode is "require" or "verify-ca" or "verify-full";
}
