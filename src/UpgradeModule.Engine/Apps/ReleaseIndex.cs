using System.Runtime.CompilerServices;

namespace UpgradeModule.Engine.Apps;

/// <summary>The releases of a definition by edition, in rising order. Made once a definition, and lives as long as it.</summary>
internal sealed class ReleaseIndex
{
    private static readonly ConditionalWeakTable<AppSpec, ReleaseIndex> Indexes = [];
    private readonly Dictionary<string, ReleaseEntry[]> _byEdition = new(StringComparer.OrdinalIgnoreCase);

    private ReleaseIndex(AppSpec spec)
    {
        var scheme = VersionScheme.Of(spec);
        var sorted = new List<(AppVersion Neutral, ReleaseSpec Release)>(spec.Releases.Count);
        foreach (var release in spec.Releases)
        {
            if (scheme.TryParse(release.Version, out var parsed)) sorted.Add((scheme.Neutral(parsed.Version), release));
        }

        sorted.Sort(static (left, right) => left.Neutral.CompareTo(right.Neutral));
        foreach (var edition in spec.Editions)
        {
            _byEdition[edition.Id] = [.. sorted
                .Where(item => item.Release.Editions.Count == 0 || item.Release.Editions.Contains(edition.Id))
                .Select(item => new ReleaseEntry
                {
                    Version = scheme.In(item.Neutral, edition.Id),
                    Neutral = item.Neutral,
                    Major = scheme.Major(item.Neutral),
                    Status = ReleaseStatuses.Parse(item.Release.Status) ?? ReleaseStatus.Available,
                    PreRelease = item.Release.PreRelease ?? item.Neutral.IsPreRelease,
                    Spec = item.Release,
                })];
        }
    }

    /// <summary>Gets the index of a definition.</summary>
    /// <param name="spec">The app definition.</param>
    public static ReleaseIndex Of(AppSpec spec) => Indexes.GetValue(spec, static key => new ReleaseIndex(key));

    /// <summary>The releases of an edition, oldest first; <see langword="null"/> where there is no such edition.</summary>
    /// <param name="edition">The edition's id.</param>
    public ReleaseEntry[]? Find(string edition) => _byEdition.GetValueOrDefault(edition);

    /// <summary>Where a version is among releases in rising order.</summary>
    /// <param name="releases">The releases.</param>
    /// <param name="neutral">The version in the form that compares across editions.</param>
    /// <returns>Its index, or the complement of the index of the next newer one.</returns>
    public static int Search(ReleaseEntry[] releases, AppVersion neutral)
    {
        int low = 0, high = releases.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = releases[middle].Neutral.CompareTo(neutral);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }
}
