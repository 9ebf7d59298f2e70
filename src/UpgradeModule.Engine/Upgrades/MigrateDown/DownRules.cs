using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Upgrades.MigrateDown;

/// <summary>What a definition says of where an application may migrate down.</summary>
internal static class DownRules
{
    /// <summary>Tells why a leg must not be gone.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="from">The newer version.</param>
    /// <param name="to">The older version.</param>
    /// <returns>The reason; <see langword="null"/> where nothing forbids it.</returns>
    public static string? Forbidden(AppSpec spec, AppVersion from, AppVersion to)
    {
        var scheme = VersionScheme.Of(spec);
        var migrations = spec.Migrations!;
        if (migrations.DownTo is { } lowest && scheme.Compare(to, scheme.Parse(lowest).Version) < 0) return $"{spec.DisplayName} never migrates down below {lowest}, and {to} is below it.";
        if (migrations.DownFrom is { } first && scheme.Compare(from, scheme.Parse(first).Version) < 0) return $"{spec.DisplayName} can migrate down from {first} on, and {from} is older.";
        return null;
    }

    /// <summary>Tells what is known against a leg.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="from">The newer version.</param>
    /// <param name="to">The older version.</param>
    public static KnownBadSpec? KnownBad(AppSpec spec, AppVersion from, AppVersion to)
    {
        var scheme = VersionScheme.Of(spec);
        return spec.Migrations!.DownKnownBad.FirstOrDefault(bad => (Fits(scheme, bad.From, from) || IsBetween(scheme, bad, from)) && (bad.To is not { Length: > 0 } older || Fits(scheme, older, to)));
    }

    private static bool IsBetween(VersionScheme scheme, KnownBadSpec bad, AppVersion version)
    {
        if (bad.Through is not { Length: > 0 } through || !scheme.TryParse(bad.From, out var first) || scheme.Compare(version, first.Version) < 0) return false;
        return Fits(scheme, through, version) || (scheme.TryParse(through, out var last) && scheme.Compare(version, last.Version) <= 0);
    }

    /// <summary>Whether a version is one that a pattern means: <c>0.49.6</c>, or everything that begins with <c>0.49</c>.</summary>
    /// <param name="scheme">The version scheme.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="version">The version.</param>
    public static bool Fits(VersionScheme scheme, string pattern, AppVersion version)
    {
        if (!scheme.TryParse(pattern, out var parsed)) return false;
        var (wanted, numbers) = (scheme.Neutral(parsed.Version).Numbers, scheme.Neutral(version).Numbers);
        return numbers.Count >= wanted.Count && numbers.Take(wanted.Count).SequenceEqual(wanted);
    }
}
