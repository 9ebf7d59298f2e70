using System.Globalization;
using System.Text.RegularExpressions;

namespace UpgradeModule.Engine.Databases;

/// <summary>Names of what is kept for the way back.</summary>
internal static partial class KeptName
{
    /// <summary>Makes a label fit for file and database names.</summary>
    /// <param name="label">The label.</param>
    public static string Safe(string label) => string.Concat(label.Select(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' ? character : '-'));

    /// <summary>The time that a label tells.</summary>
    /// <param name="label">The label: of a run, or of a restore.</param>
    /// <returns>The time; <see langword="null"/> where it tells none.</returns>
    public static DateTimeOffset? TimeOf(string label) =>
        Time().Match(label) is { Success: true } match && DateTimeOffset.TryParseExact(match.Groups[1].Value + match.Groups[2].Value, "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    [GeneratedRegex(@"(?<!\d)(\d{8})[-T]?(\d{6})(?!\d)")]
    private static partial Regex Time();
}
