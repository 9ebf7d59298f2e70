using System.Globalization;

namespace UpgradeModule.Engine.Deployments.Systemd;

/// <summary>A user of this machine.</summary>
/// <param name="Name">The name.</param>
/// <param name="UserId">The number.</param>
/// <param name="GroupId">The number of the user's own group.</param>
/// <param name="Home">The home folder.</param>
internal sealed record Account(string Name, uint UserId, uint GroupId, string Home)
{
    private const string File = "/etc/passwd";

    /// <summary>Finds a user by name or number.</summary>
    /// <param name="user">The name or number.</param>
    /// <returns>The user; <see langword="null"/> where this machine's own list doesn't have it.</returns>
    public static Account? Find(string user) => System.IO.File.Exists(File) ? Find(user, System.IO.File.ReadLines(File)) : null;

    /// <summary>Finds a user in such a list.</summary>
    /// <param name="user">The name or number.</param>
    /// <param name="lines">The lines.</param>
    internal static Account? Find(string user, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            var fields = line.Split(':');
            if (fields.Length < 7 || (fields[0] != user && fields[2] != user)) continue;
            if (uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var id) && uint.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var group)) return new Account(fields[0], id, group, fields[5]);
        }

        return null;
    }
}
