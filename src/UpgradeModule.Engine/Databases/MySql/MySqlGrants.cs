using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>What a user may do, as far as its grants tell: those by roles are taken to be enough, and the server says no where they aren't.</summary>
internal sealed partial class MySqlGrants
{
    private readonly List<(string Rights, string Place)> _grants = [];

    private MySqlGrants(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            if (Grant().Match(line) is { Success: true } match) _grants.Add((match.Groups["rights"].Value.ToUpperInvariant(), match.Groups["place"].Value));
            else HasRoles = true;
        }
    }

    /// <summary>Whether some come by roles, which aren't looked into.</summary>
    public bool HasRoles { get; }

    /// <summary>Reads the grants of a session's user.</summary>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<MySqlGrants> ReadAsync(MySqlSession session, CancellationToken cancellationToken) =>
        new((await session.QueryAsync("SHOW GRANTS", cancellationToken).ConfigureAwait(false)).Select(row => row[0] ?? ""));

    /// <summary>Whether one of some rights is there.</summary>
    /// <param name="database">The database.</param>
    /// <param name="rights">The rights, any of which will do: <c>CREATE</c>, <c>SHOW VIEW</c>.</param>
    public bool Has(string database, params string[] rights) => HasRoles || _grants.Any(grant => Covers(grant.Place, database) && (grant.Rights.StartsWith("ALL", StringComparison.Ordinal) || rights.Any(right => Lists(grant.Rights, right))));

    private static bool Lists(string rights, string right) => rights.Split(',').Any(one => one.Trim() == right);

    // Names of databases in grants are patterns: % and _ stand for others, unless there is a backslash before.
    private static bool Covers(string place, string database)
    {
        if (place == "*") return true;
        var pattern = Regex.Escape(place.Trim('`', '\'', '"').Replace("``", "`", StringComparison.Ordinal)).Replace(@"\\_", "\u0001", StringComparison.Ordinal).Replace(@"\\%", "\u0002", StringComparison.Ordinal);
        pattern = pattern.Replace("%", ".*", StringComparison.Ordinal).Replace("_", ".", StringComparison.Ordinal).Replace('\u0001', '_').Replace('\u0002', '%');
        return Regex.IsMatch(database, $"^{pattern}$", RegexOptions.IgnoreCase | RegexOptions.Singleline, TimeSpan.FromSeconds(5));
    }

    [GeneratedRegex(@"^GRANT (?<rights>.+?) ON (?:TABLE )?(?<place>\*|`(?:[^`]|``)*`|'[^']*')\.\* TO ")]
    private static partial Regex Grant();
}
