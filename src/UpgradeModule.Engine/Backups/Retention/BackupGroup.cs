using System.Net;

namespace UpgradeModule.Engine.Backups.Retention;

/// <summary>
/// Which backups are judged together: those of one deployment and one database. Two machines may each have a deployment of the same name, and write to
/// one share: where the database's address means another one on each, the machine counts too.
/// </summary>
internal static class BackupGroup
{
    /// <summary>What the backups of a group have in common.</summary>
    /// <param name="backup">A backup.</param>
    public static (string Deployment, string Database, string Machine) Of(AppBackup backup)
    {
        var database = backup.Database ?? "";
        return (backup.Deployment.ToUpperInvariant(), database, IsLocal(database) ? (backup.Machine ?? "").ToUpperInvariant() : "");
    }

    // A file, a socket, or a server that is called the machine itself.
    private static bool IsLocal(string database)
    {
        var start = database.IndexOf("://", StringComparison.Ordinal);
        if (start < 0) return true;
        var host = database[(start + 3)..];
        host = host[(host.LastIndexOf('@') + 1)..];
        if (host.StartsWith('/')) return true;
        host = host.StartsWith('[') ? host[1..Math.Max(1, host.IndexOf(']', StringComparison.Ordinal))] : host[..Math.Max(0, host.IndexOfAny([':', '/']))];
        return host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }
}
