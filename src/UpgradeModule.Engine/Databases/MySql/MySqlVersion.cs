using System.Globalization;
using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>A version of a server or of one of its programs.</summary>
/// <param name="Flavour">Whose it is.</param>
/// <param name="Series">Its series: <c>10.11</c>, <c>8.0</c>.</param>
/// <param name="Text">The version, as it is told.</param>
internal sealed partial record MySqlVersion(MySqlFlavour Flavour, Version Series, string Text)
{
    /// <summary>Its name with its series, for people: <c>MariaDB 10.11</c>.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{NameOf(Flavour)} {Series.Major}.{Series.Minor}");

    /// <summary>The name of a flavour.</summary>
    /// <param name="flavour">The flavour.</param>
    public static string NameOf(MySqlFlavour flavour) => flavour == MySqlFlavour.MariaDb ? "MariaDB" : "MySQL";

    /// <summary>Reads what <c>SELECT VERSION()</c> gives: <c>10.11.6-MariaDB-0+deb12u1</c>, <c>8.0.36-0ubuntu0.22.04.1</c>.</summary>
    /// <param name="text">The text.</param>
    public static MySqlVersion? OfServer(string text) => Parse(text, Number().Match(text));

    /// <summary>Reads what a program tells of itself: <c>mysqldump  Ver 8.0.36 for Linux</c>, <c>mariadb-dump from 11.4.2-MariaDB</c>, <c>Ver 10.19 Distrib 10.11.6-MariaDB</c>.</summary>
    /// <param name="text">Its first line.</param>
    public static MySqlVersion? OfProgram(string text) => Parse(text, OfDistribution().Match(text) is { Success: true } match ? match : OfOracle().Match(text));

    private static MySqlVersion? Parse(string text, Match match)
    {
        if (!match.Success) return null;
        var flavour = text.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) ? MySqlFlavour.MariaDb : MySqlFlavour.MySql;
        return new MySqlVersion(flavour, new Version(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)), match.Value.Trim());
    }

    [GeneratedRegex(@"(\d+)\.(\d+)(?:\.\d+)?\S*")]
    private static partial Regex Number();

    [GeneratedRegex(@"(?<=(?:Distrib|from) +)(\d+)\.(\d+)(?:\.\d+)?[^\s,]*")]
    private static partial Regex OfDistribution();

    [GeneratedRegex(@"(?<=Ver +)(\d+)\.(\d+)(?:\.\d+)?[^\s,]*")]
    private static partial Regex OfOracle();
}
