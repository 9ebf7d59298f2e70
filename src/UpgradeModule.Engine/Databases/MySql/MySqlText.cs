using System.Security.Cryptography;
using System.Text;

namespace UpgradeModule.Engine.Databases.MySql;

/// <summary>Names and values in statements, and names of databases beside the live one.</summary>
internal static class MySqlText
{
    /// <summary>The longest name of a database, in characters.</summary>
    public const int MaxName = 64;

    private const int MostEnd = 36;
    private const int MarkLength = 11;

    /// <summary>Writes a name.</summary>
    /// <param name="name">The name.</param>
    public static string Name(string name) => "`" + name.Replace("`", "``", StringComparison.Ordinal) + "`";

    /// <summary>Writes a value, for sessions whose <c>sql_mode</c> is empty.</summary>
    /// <param name="value">The value.</param>
    public static string Value(string value) => "'" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>Writes a long text as bytes, which no character set and no quoting can change.</summary>
    /// <param name="value">The text.</param>
    public static string Bytes(string value) => value.Length == 0 ? "''" : "0x" + Convert.ToHexString(Encoding.UTF8.GetBytes(value));

    /// <summary>A name beside the live database's: it begins with it, so that rights on a pattern of names hold for it, and is never too long.</summary>
    /// <param name="live">The live database.</param>
    /// <param name="end">The end of the name.</param>
    public static string Beside(string live, string end)
    {
        var name = live + end;
        if (name.Length <= MaxName) return name;
        var mark = "_" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..10].ToLowerInvariant();
        var kept = end.Length > MostEnd ? end[..MostEnd] : end;
        return live[..Math.Min(live.Length, MaxName - kept.Length - mark.Length)] + kept + mark;
    }

    /// <summary>What all names beside the live database's begin with, also those that had to be shortened.</summary>
    /// <param name="live">The live database.</param>
    public static string StartBeside(string live) => live[..Math.Min(live.Length, MaxName - MostEnd - MarkLength)];
}
