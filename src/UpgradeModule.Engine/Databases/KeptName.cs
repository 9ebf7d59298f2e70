namespace UpgradeModule.Engine.Databases;

/// <summary>Names of what is kept for the way back.</summary>
internal static class KeptName
{
    /// <summary>Makes a label fit for file and database names.</summary>
    /// <param name="label">The label.</param>
    public static string Safe(string label) => string.Concat(label.Select(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' ? character : '-'));
}
