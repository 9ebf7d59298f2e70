using System.Globalization;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Migrations;

/// <summary>
/// Tells an application's major from the names of its migrations: the highest that one of them names. The one that ran last doesn't tell it:
/// back-ported migrations of an older major may run after those of a newer one.
/// </summary>
internal static class MigrationMajor
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Tells the major.</summary>
    /// <param name="spec">How the application names its migrations, and which of them tell nothing.</param>
    /// <param name="names">The migrations that ran.</param>
    /// <returns>The major; <see langword="null"/> where no name tells one.</returns>
    public static int? Of(MigrationSpec spec, IReadOnlyList<string> names)
    {
        if (spec.MajorPattern is null) return null;
        var pattern = new Regex(spec.MajorPattern, RegexOptions.CultureInvariant, Patience);
        var ignored = spec.IgnoredForMajor.ToHashSet(StringComparer.Ordinal);
        int? highest = null;
        foreach (var name in names)
        {
            if (ignored.Contains(name)) continue;
            var match = pattern.Match(name);
            if (match.Success && int.TryParse(match.Groups["major"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var major) && !(major <= highest)) highest = major;
        }

        return highest;
    }
}
