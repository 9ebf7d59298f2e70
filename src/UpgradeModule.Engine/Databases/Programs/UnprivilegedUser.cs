using System.Globalization;

namespace UpgradeModule.Engine.Databases.Programs;

/// <summary>The user that a throw-away server runs as where this process is root: servers refuse to run as root.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Id">Its number.</param>
/// <param name="Group">The number of its group.</param>
/// <param name="Launcher">The program and arguments that run something as it.</param>
internal sealed record UnprivilegedUser(string Name, uint Id, uint Group, IReadOnlyList<string> Launcher)
{
    /// <summary>Whether this process is root on Unix.</summary>
    public static bool IsNeeded => !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess;

    /// <summary>Finds one.</summary>
    /// <param name="names">Whom to take, the first that there is.</param>
    /// <returns>The user; <see langword="null"/> where there is none, or no program to become it.</returns>
    public static UnprivilegedUser? Find(params string[] names)
    {
        if (!File.Exists("/etc/passwd")) return null;
        var users = File.ReadLines("/etc/passwd").Select(line => line.Split(':')).Where(fields => fields.Length > 3).ToList();
        var user = names.Append("nobody").Select(name => users.Find(fields => fields[0] == name)).FirstOrDefault(fields => fields is not null);
        if (user is null) return null;
        var setpriv = new[] { "/usr/bin/setpriv", "/bin/setpriv" }.FirstOrDefault(File.Exists);
        var runuser = new[] { "/usr/sbin/runuser", "/sbin/runuser", "/usr/bin/runuser" }.FirstOrDefault(File.Exists);
        IReadOnlyList<string>? launcher = setpriv is not null ? [setpriv, "--reuid=" + user[2], "--regid=" + user[3], "--clear-groups", "--"]
            : runuser is not null ? [runuser, "-u", user[0], "--"] : null;
        return launcher is null ? null : new UnprivilegedUser(user[0], uint.Parse(user[2], CultureInfo.InvariantCulture), uint.Parse(user[3], CultureInfo.InvariantCulture), launcher);
    }
}
