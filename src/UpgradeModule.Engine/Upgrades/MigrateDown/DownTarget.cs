using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Upgrades.MigrateDown;

/// <summary>Finds the older version that is meant.</summary>
/// <param name="spec">The app definition.</param>
/// <param name="question">What is asked.</param>
internal sealed class DownTarget(AppSpec spec, DownQuestion question)
{
    private readonly VersionScheme _scheme = VersionScheme.Of(spec);

    /// <summary>Finds it.</summary>
    /// <exception cref="UpgradeException"><c>TargetNotOlder</c>, <c>VersionNotFound</c>, <c>ReleaseWithdrawn</c>, <c>VersionInvalid</c>.</exception>
    public AppVersion Find()
    {
        if (string.IsNullOrWhiteSpace(question.To)) return question.Before ?? Usual();
        var target = _scheme.ParseTarget(question.To);
        if (target.Kind == VersionTargetKind.Latest) throw NotOlder(question.To);
        var wanted = _scheme.In(target.Version!, question.Edition);
        if (target.Kind == VersionTargetKind.Version && (_scheme.Compare(wanted, question.Before ?? question.From) == 0 || question.Recorded.ContainsKey(wanted))) return Older(wanted);
        var fitting = Releases.Where(release => DownRules.Fits(_scheme, target.Version!.Text, release.Version)).ToList();
        if (fitting.Count == 0) throw NotFound(question.To);
        if (fitting.Find(release => _scheme.Compare(release.Version, wanted) == 0) is { } exact && target.Kind == VersionTargetKind.Version)
        {
            return exact.Usable ? Older(exact.Version) : throw new UpgradeException("ReleaseWithdrawn", UpgradeErrorCategory.InvalidArgument, question.To, $"{exact.Version} can't be installed: its status is {exact.Status}.", "Name another version.");
        }

        var older = fitting.FindLast(release => release.Usable && !release.PreRelease && _scheme.Compare(release.Version, question.From) < 0);
        return older?.Version ?? throw NotOlder(question.To);
    }

    /// <summary>The releases of the edition, oldest first.</summary>
    public IReadOnlyList<ReleaseEntry> Releases { get; } = ReleaseIndex.Of(spec).Find(question.Edition) ?? [];

    // The newest of the major before, where a down-migration goes down a major; else the release before.
    private AppVersion Usual()
    {
        var major = _scheme.Major(question.From);
        var usable = Releases.Where(release => release.Usable && !release.PreRelease && _scheme.Compare(release.Version, question.From) < 0).ToList();
        var found = spec.Migrations!.DownStep == "major" ? usable.FindLast(release => release.Major < major) : usable.LastOrDefault();
        return found?.Version ?? throw new UpgradeException("VersionNotFound", UpgradeErrorCategory.ObjectNotFound, question.From, $"The definition of {spec.DisplayName} knows no release older than {question.From}.", "Name the version with -To.");
    }

    private AppVersion Older(AppVersion version) => _scheme.Compare(version, question.From) < 0 ? version : throw NotOlder(version.Text);

    private UpgradeException NotOlder(string target) => new(
        "TargetNotOlder", UpgradeErrorCategory.InvalidArgument, target, $"{spec.DisplayName} {question.From} is installed, and {target} is not older.", "Migrating down goes to an older version; Invoke-AppUpgrade goes up.");

    private UpgradeException NotFound(string target) => new(
        "VersionNotFound", UpgradeErrorCategory.ObjectNotFound, target, $"There is no release {target} of {spec.DisplayName} in the edition '{question.Edition}'.", "Get-AppRelease lists them.");
}
