using System.Globalization;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Paths;

/// <summary>The releases of one edition and those among them that no path may pass by.</summary>
internal sealed class EditionPaths
{
    private readonly Dictionary<int, ReleaseEntry> _newest = [];

    /// <summary>Works them out.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="releases">The edition's releases, oldest first.</param>
    public EditionPaths(AppSpec spec, ReleaseEntry[] releases)
    {
        Releases = releases;
        foreach (var major in releases.Where(release => release.Usable && !release.PreRelease).GroupBy(release => release.Major))
        {
            _newest[major.Key] = Best(major)!;
        }

        Latest = Best(releases.Where(release => !release.PreRelease));
        var stops = new Dictionary<AppVersion, MandatoryStop>();
        foreach (var rule in spec.Path.Stops)
        {
            foreach (var release in Ruled(rule, VersionScheme.Of(spec)))
            {
                stops.TryAdd(release.Neutral, new MandatoryStop(release, rule.Reason
                    .Replace("{version}", release.Version.Text, StringComparison.Ordinal)
                    .Replace("{major}", release.Major.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), ReleaseNotes.Of(spec, release)));
            }
        }

        Mandatory = [.. stops.Values.OrderBy(stop => stop.Release.Neutral)];
    }

    /// <summary>The releases, oldest first.</summary>
    public ReleaseEntry[] Releases { get; }

    /// <summary>The mandatory stops, oldest first.</summary>
    public MandatoryStop[] Mandatory { get; }

    /// <summary>The first mandatory stop above a version.</summary>
    /// <param name="neutral">The version in the form that compares across editions.</param>
    public MandatoryStop? MandatoryAfter(AppVersion neutral)
    {
        int low = 0, high = Mandatory.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (Mandatory[middle].Release.Neutral <= neutral) low = middle + 1;
            else high = middle;
        }

        return low < Mandatory.Length ? Mandatory[low] : null;
    }

    /// <summary>The newest release that can be installed and is no pre-release.</summary>
    public ReleaseEntry? Latest { get; }

    /// <summary>The newest release of a major that can be installed.</summary>
    /// <param name="major">The major.</param>
    public ReleaseEntry? Newest(int major) => _newest.GetValueOrDefault(major);

    /// <summary>Finds a release.</summary>
    /// <param name="neutral">The version in the form that compares across editions.</param>
    public ReleaseEntry? Find(AppVersion neutral) => ReleaseIndex.Search(Releases, neutral) is >= 0 and var index ? Releases[index] : null;

    /// <summary>The newest by number of releases that can be installed; one that is not recommended only where there is no other.</summary>
    /// <param name="releases">The releases, oldest first.</param>
    public static ReleaseEntry? Best(IEnumerable<ReleaseEntry> releases)
    {
        ReleaseEntry? best = null;
        foreach (var release in releases)
        {
            if (release.Usable && (best is null || release.Status == ReleaseStatus.Available || best.Status != ReleaseStatus.Available)) best = release;
        }

        return best;
    }

    private IEnumerable<ReleaseEntry> Ruled(PathRuleSpec rule, VersionScheme scheme)
    {
        if (rule.Version is not null)
        {
            return Find(scheme.Neutral(scheme.Parse(rule.Version).Version)) is { Usable: true } release ? [release] : [];
        }

        var (from, through) = (rule.FromMajor ?? int.MinValue, rule.ThroughMajor ?? int.MaxValue);
        return _newest.Where(pair => pair.Key >= from && pair.Key <= through).Select(pair => pair.Value);
    }
}
