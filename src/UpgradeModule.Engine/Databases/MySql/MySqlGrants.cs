using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>What a user may do in whole databases, by rights of its own and by those of the roles that are active. Rights on single tables, columns and routines count for nothing here.</summary>
internal sealed partial class MySqlGrants
{
    private readonly List<(string Rights, string Place)> _grants = [];
    private readonly List<(string Rights, string Place)> _revoked = [];

    private MySqlGrants()
    {
    }

    /// <summary>Reads the grants of a session's user.</summary>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<MySqlGrants> ReadAsync(MySqlSession session, CancellationToken cancellationToken)
    {
        // Both servers write out the active roles' rights, MySQL for certain only where it is asked to.
        var sql = "SHOW GRANTS";
        if (session.Server is { Flavour: MySqlFlavour.MySql, Series.Major: >= 8 } && await session.ScalarAsync("SELECT CURRENT_ROLE()", cancellationToken).ConfigureAwait(false) is { } roles and not ("" or "NONE")) sql = $"SHOW GRANTS FOR CURRENT_USER() USING {roles}";
        return Of((await session.QueryAsync(sql, cancellationToken).ConfigureAwait(false)).Select(row => row[0] ?? ""));
    }

    /// <summary>Reads what <c>SHOW GRANTS</c> gives.</summary>
    /// <param name="lines">The lines.</param>
    public static MySqlGrants Of(IEnumerable<string> lines)
    {
        var grants = new MySqlGrants();
        foreach (var match in lines.Select(line => Line().Match(line)).Where(match => match.Success))
        {
            (match.Groups["verb"].Value == "GRANT" ? grants._grants : grants._revoked).Add((match.Groups["rights"].Value.ToUpperInvariant(), match.Groups["place"].Value));
        }

        return grants;
    }

    /// <summary>Whether one of some rights is there.</summary>
    /// <param name="database">The database.</param>
    /// <param name="rights">The rights, any of which will do: <c>CREATE</c>, <c>SHOW VIEW</c>.</param>
    public bool Has(string database, params string[] rights) => rights.Any(right => _grants.Any(grant => Gives(grant.Rights, right) && (grant.Place == "*" ? !IsRevoked(database, right) : Covers(grant.Place, database))));

    /// <summary>Whether a right is there that no database has for itself: <c>PROCESS</c>.</summary>
    /// <param name="right">The right.</param>
    public bool HasEverywhere(string right) => _grants.Any(grant => grant.Place == "*" && Gives(grant.Rights, right));

    private static bool Gives(string rights, string right) => rights.Split(',').Any(one => one.Trim() is var name && (name == right || name is "ALL" or "ALL PRIVILEGES"));

    // MySQL takes back for one database what is given for all; its name is no pattern then.
    private bool IsRevoked(string database, string right) => _revoked.Any(revoked => Gives(revoked.Rights, right) && (revoked.Place == "*" || Bare(revoked.Place).Equals(database, StringComparison.OrdinalIgnoreCase)));

    private static string Bare(string place) => place.Trim('`', '\'', '"').Replace("``", "`", StringComparison.Ordinal).Replace("\\_", "_", StringComparison.Ordinal).Replace("\\%", "%", StringComparison.Ordinal);

    // Names of databases in grants are patterns: % and _ stand for others, unless there is a backslash before.
    private static bool Covers(string place, string database)
    {
        var pattern = Regex.Escape(place.Trim('`', '\'', '"').Replace("``", "`", StringComparison.Ordinal)).Replace(@"\\_", "\u0001", StringComparison.Ordinal).Replace(@"\\%", "\u0002", StringComparison.Ordinal);
        pattern = pattern.Replace("%", ".*", StringComparison.Ordinal).Replace("_", ".", StringComparison.Ordinal).Replace('\u0001', '_').Replace('\u0002', '%');
        return Regex.IsMatch(database, $"^{pattern}$", RegexOptions.IgnoreCase | RegexOptions.Singleline, TimeSpan.FromSeconds(5));
    }

    // Names of columns stand in brackets, which no right on a database has.
    [GeneratedRegex(@"^(?<verb>GRANT|REVOKE) (?<rights>[A-Za-z0-9_, ]+?) ON (?:TABLE )?(?<place>\*|`(?:[^`]|``)*`|'[^']*'|""[^""]*""|[^`'""\s.*]+)\.\* (?:TO|FROM) ")]
    private static partial Regex Line();
}
