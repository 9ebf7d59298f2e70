using System.Globalization;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Paths;

/// <summary>What a person should know of a path before it is gone.</summary>
internal static class PathWarnings
{
    /// <summary>Collects it.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="index">Its index.</param>
    /// <param name="editions">The editions.</param>
    /// <param name="from">The version at the start, in the form that compares.</param>
    /// <param name="target">The release at the end, where the path has one.</param>
    /// <param name="stops">The stops.</param>
    /// <param name="variant">The build variant.</param>
    /// <param name="today">Today.</param>
    public static IReadOnlyList<string> Of(
        AppSpec spec,
        PathIndex index,
        PathEditions editions,
        AppVersion from,
        ReleaseEntry? target,
        IReadOnlyList<UpgradeStop> stops,
        string variant,
        DateOnly today)
    {
        var warnings = new List<string>();
        if (editions.Remark is not null) warnings.Add(editions.Remark);
        Start(spec, index, editions.From, from, warnings);
        if (target is null) warnings.Add($"No newer release than {index.Scheme.In(from, editions.To)} is known{Made(spec)}.");
        var (first, last) = (index.Scheme.Major(from), target?.Major ?? index.Scheme.Major(from));
        Support(spec, first, today, "What runs", warnings);
        if (last != first) Support(spec, last, today, "The target", warnings);
        if (target is { PreRelease: true } && stops.Count > 0) warnings.Add($"The target {target.Version} is a pre-release.");
        if (target is { Status: ReleaseStatus.NotRecommended } && stops.Count > 0) warnings.Add($"The target {target.Version} is not recommended.{Note(target)}");
        if (variant.Length > 0 && stops.Count > 0) warnings.Add($"The variant '{variant}' must be there for every stop: see that each image is built or published before.");
        return warnings;
    }

    private static void Start(AppSpec spec, PathIndex index, string edition, AppVersion from, List<string> warnings)
    {
        var paths = index.Edition(edition);
        var shown = index.Scheme.In(from, edition);
        var running = paths.Find(from);
        if (running is null)
        {
            warnings.Add($"{shown} is not among the known releases of {spec.DisplayName}{Made(spec)}.");
            if (paths.Releases.Length > 0 && from < paths.Releases[0].Neutral)
            {
                warnings.Add($"Nothing is known of releases below {paths.Releases[0].Version}: whether the way there needs further stops, the vendor's notes tell.");
            }
        }
        else if (running.Status == ReleaseStatus.NotRecommended)
        {
            warnings.Add($"{shown}, which runs, is not recommended.{Note(running)}");
        }
        else if (!running.Usable)
        {
            var what = running.Status switch
            {
                ReleaseStatus.Withdrawn => "was withdrawn by its vendor",
                ReleaseStatus.NeverPublished => "was never published",
                _ => "exists as a source tag only",
            };
            warnings.Add($"{shown}, which runs, {what}.{Note(running)}");
        }
    }

    private static void Support(AppSpec spec, int major, DateOnly today, string who, List<string> warnings)
    {
        foreach (var support in spec.Support)
        {
            if (support.Major == major && support.EndOfLife is { } end && end <= today)
            {
                warnings.Add(string.Create(CultureInfo.InvariantCulture, $"{who} is out of support: that of {spec.DisplayName} {major} ended on {end:yyyy-MM-dd}."));
            }
        }
    }

    private static string Note(ReleaseEntry release) => release.Spec.Notes is null ? "" : " " + release.Spec.Notes;

    private static string Made(AppSpec spec) => spec.Source?.Date is { } date ? string.Create(CultureInfo.InvariantCulture, $" (the definition is of {date:yyyy-MM-dd})") : "";
}
