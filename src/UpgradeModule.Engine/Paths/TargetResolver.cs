using System.Globalization;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Paths;

/// <summary>Finds the release that a target means.</summary>
internal sealed class TargetResolver(AppSpec spec, VersionScheme scheme, string edition, EditionPaths paths)
{
    /// <summary>Finds it.</summary>
    /// <param name="target">The target as it was read.</param>
    /// <param name="from">The version at the start, in the form that compares.</param>
    /// <param name="preReleases">Whether a computed target may be a pre-release.</param>
    /// <returns>The release; <see langword="null"/> where nothing newer than what runs is known, so that the path ends where it begins.</returns>
    /// <exception cref="UpgradeException"><c>VersionNotFound</c>, <c>ReleaseWithdrawn</c>, <c>TargetOlder</c>, <c>PathNotFound</c>.</exception>
    public ReleaseEntry? Find(VersionTarget target, AppVersion from, bool preReleases)
    {
        switch (target.Kind)
        {
            case VersionTargetKind.Latest:
                var latest = preReleases ? EditionPaths.Best(paths.Releases) : paths.Latest;
                if (latest is null) throw new UpgradeException("PathNotFound", UpgradeErrorCategory.ObjectNotFound, edition, $"No release of {spec.DisplayName} ({edition}) can be installed.");
                return latest.Neutral < from ? null : latest;
            case VersionTargetKind.Version:
                var exact = paths.Find(target.Version!);
                if (exact is not null && target.Version!.Numbers.Count >= exact.Neutral.Numbers.Count) return Exact(exact, target, from);
                if (exact is null && target.Version == from) return null;
                return Newest(target, from, preReleases) ?? (exact is null ? null : Exact(exact, target, from));
            default:
                return Newest(target, from, preReleases);
        }
    }

    private ReleaseEntry Exact(ReleaseEntry release, VersionTarget target, AppVersion from)
    {
        if (release.Neutral < from) throw Older(release.Version, from);
        if (release.Usable || release.Neutral == from) return release;
        throw Unusable(release.Version.Text, release, target);
    }

    private ReleaseEntry? Newest(VersionTarget target, AppVersion from, bool preReleases)
    {
        var beginning = target.Version!;
        var known = paths.Releases.Where(release => Begins(release.Neutral, beginning)).ToList();
        if (known.Count == 0 && Begins(from, beginning)) return null;
        if (known.Count == 0) throw NotFound(target, beginning);
        var newest = EditionPaths.Best(known.Where(release => preReleases || !release.PreRelease));
        if (newest is null) throw Unusable($"Everything that begins with {target.Text}", known[^1], target);
        if (newest.Neutral >= from) return newest;
        return Begins(from, beginning) ? null : throw Older(newest.Version, from);
    }

    private static bool Begins(AppVersion version, AppVersion beginning)
    {
        if (beginning.IsPreRelease) return version == beginning;
        var (numbers, first) = (version.Numbers, beginning.Numbers);
        if (numbers.Count < first.Count) return false;
        for (var i = 0; i < first.Count; i++)
        {
            if (numbers[i] != first[i]) return false;
        }

        return true;
    }

    private UpgradeException NotFound(VersionTarget target, AppVersion wanted)
    {
        var usable = paths.Releases.Where(release => release.Usable).ToList();
        var above = usable.FindIndex(release => release.Neutral > wanted);
        var near = above < 0 ? usable.TakeLast(2) : usable.Skip(Math.Max(0, above - 1)).Take(above == 0 ? 1 : 2);
        var date = spec.Source?.Date is { } day ? string.Create(CultureInfo.InvariantCulture, $" The definition was made on {day:yyyy-MM-dd}; for a newer release register a newer definition with Register-AppDefinition.") : "";
        return new UpgradeException(
            "VersionNotFound",
            UpgradeErrorCategory.ObjectNotFound,
            target.Text,
            $"There is no release {target.Text} of {spec.DisplayName} in the edition '{edition}'.",
            $"The nearest are {string.Join(" and ", near.Select(release => release.Version.Text))}.{date}");
    }

    private UpgradeException Unusable(string what, ReleaseEntry release, VersionTarget target)
    {
        var why = release.Status switch
        {
            ReleaseStatus.Withdrawn => "was withdrawn by its vendor",
            ReleaseStatus.NeverPublished => "was never published",
            ReleaseStatus.TagOnly => "exists as a source tag only, without a published artifact",
            _ => "is a pre-release",
        };
        var instead = paths.Newest(release.Major) ?? paths.Latest;
        return new UpgradeException(
            "ReleaseWithdrawn",
            UpgradeErrorCategory.InvalidArgument,
            target.Text,
            $"{what} {why}, so it can't be installed.{(release.Spec.Notes is null ? "" : " " + release.Spec.Notes)}",
            instead is null ? null : $"{instead.Version} can{(release.Usable ? ", and pre-releases with -IncludePrerelease" : "")}.");
    }

    private UpgradeException Older(AppVersion target, AppVersion from) => new(
        "TargetOlder",
        UpgradeErrorCategory.InvalidArgument,
        target,
        $"{spec.DisplayName} {target} is older than {scheme.In(from, edition)}, which runs. An upgrade path goes up only: an older version on a newer database breaks it.",
        "There are two ways back: Undo-UpgradeRun, or Restore-AppDatabase with the backup taken before the upgrade, which loses what was written since; or, where the application can migrate down, Invoke-MigrateDown, which keeps it.");
}
