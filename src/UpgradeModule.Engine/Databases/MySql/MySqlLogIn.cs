using System.Globalization;
using System.Text;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>A server, and the user that logs in to it. It holds a secret.</summary>
/// <param name="Target">The database as this machine reaches it.</param>
/// <param name="Credential">The user and its password.</param>
internal sealed record MySqlLogIn(DatabaseTarget Target, DatabaseCredential Credential)
{
    /// <summary>The port where none is named.</summary>
    public const int UsualPort = 3306;

    /// <summary>The database and the user, for people.</summary>
    public override string ToString() => (Target with { User = Credential.UserName }).ToString();

    /// <summary>Writes the options of a program: the server, the log-in, the TLS mode.</summary>
    /// <param name="host">The server's host as the program reaches it, or the path of a socket.</param>
    /// <param name="port">Its port.</param>
    /// <param name="version">The program's version.</param>
    /// <exception cref="UpgradeException"><c>DatabaseSettingsInvalid</c>.</exception>
    public string OptionFile(string host, int port, MySqlVersion version)
    {
        var text = new StringBuilder("[client]\n");
        if (host.StartsWith('/')) text.Append("protocol=socket\nsocket=").Append(Quote(host)).Append('\n');
        else text.Append("protocol=tcp\nhost=").Append(Quote(host.Trim('[', ']'))).Append("\nport=").Append(port.ToString(CultureInfo.InvariantCulture)).Append('\n');
        text.Append("user=").Append(Quote(Credential.UserName)).Append('\n');
        text.Append("password=").Append(Quote(Credential.Reveal())).Append('\n');
        foreach (var line in version.Flavour == MySqlFlavour.MariaDb ? MariaDbTls() : MySqlTls(version)) text.Append(line).Append('\n');
        return text.Append("[mysql]\nconnect-timeout=15\n").ToString();
    }

    // Programs of MariaDB from 11.4 on look at certificates by themselves; the mode says whether they are to.
    private string[] MariaDbTls() => Target.SslMode switch
    {
        null or "prefer" or "allow" => ["ssl-verify-server-cert=0"],
        "disable" => ["ssl=0", "ssl-verify-server-cert=0"],
        "require" => ["ssl=1", "ssl-verify-server-cert=0"],
        "verify-ca" or "verify-full" => ["ssl=1", "ssl-verify-server-cert=1"],
        var other => throw Invalid(other),
    };

    private string[] MySqlTls(MySqlVersion version) => Target.SslMode switch
    {
        // Without TLS the password is sent under the server's key, which must be asked for.
        null or "prefer" or "allow" => version.Series.Major >= 8 ? ["ssl-mode=PREFERRED", "get-server-public-key=1"] : ["ssl-mode=PREFERRED"],
        "disable" => version.Series.Major >= 8 ? ["ssl-mode=DISABLED", "get-server-public-key=1"] : ["ssl-mode=DISABLED"],
        "require" => ["ssl-mode=REQUIRED"],
        "verify-ca" => ["ssl-mode=VERIFY_CA"],
        "verify-full" => ["ssl-mode=VERIFY_IDENTITY"],
        var other => throw Invalid(other),
    };

    private UpgradeException Invalid(string mode) =>
        new("DatabaseSettingsInvalid", UpgradeErrorCategory.InvalidArgument, ToString(), $"'{mode}' is no TLS mode that is known here.", "Use disable, allow, prefer, require, verify-ca or verify-full.");

    // A quote within would end the text, and what looks like a comment behind it would be one.
    private static string Quote(string value) =>
        "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal) + "\"";
}
