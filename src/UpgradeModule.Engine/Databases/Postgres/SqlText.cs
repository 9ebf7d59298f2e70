namespace UpgradeModule.Engine.Databases.Postgres;

/// <summary>Puts names and values into statements that take no parameters.</summary>
internal static class SqlText
{
    /// <summary>The most bytes that a name may have.</summary>
    public const int MaxNameBytes = 63;

    /// <summary>Quotes a name.</summary>
    /// <param name="name">The name.</param>
    public static string Name(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    /// <summary>Quotes a value.</summary>
    /// <param name="value">The value.</param>
    public static string Value(string value) => (value.Contains('\\', StringComparison.Ordinal) ? " E'" : "'") + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal) + "'";
}
