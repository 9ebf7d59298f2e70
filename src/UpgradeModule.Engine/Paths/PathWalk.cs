using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Paths;

/// <summary>Walks one path from stop to stop.</summary>
internal sealed class PathWalk(AppSpec spec, PathIndex index, PathEditions editions, DatabaseEngine? engine)
{
    private readonly List<UpgradeStop> _stops = [];
    private AppVersion _at = null!;
    private AppVersion _shown = null!;
    private string _edition = editions.From;

    /// <summary>The build variant that every stop has, or an empty string.</summary>
    public string Variant { get; init; } = "";

    /// <summary>Walks.</summary>
    /// <param name="from">The version at the start, in the form that compares.</param>
    /// <param name="shown">The version at the start, as its edition writes it.</param>
    /// <param name="target">The release at the end; <see langword="null"/> where the path ends at its start.</param>
    /// <param name="wanted">The target as it was asked for.</param>
    /// <exception cref="UpgradeException"><c>PathNotFound</c>: the edition can't be changed anywhere on the way.</exception>
    public IReadOnlyList<UpgradeStop> Go(AppVersion from, AppVersion shown, ReleaseEntry? target, VersionTarget wanted)
    {
        (_at, _shown) = (from, shown);
        var end = target?.Neutral ?? from;
        while (true)
        {
            if (_edition != editions.To && index.Edition(editions.To).Find(_at) is { Usable: true } same)
            {
                var reason = _stops.Count == 0
                    ? $"Changes the edition from '{_edition}' to '{editions.To}' at the same version, before going up."
                    : $"Changes the edition from '{_edition}' to '{editions.To}' at the same version: the first on the way that both have.";
                _edition = editions.To;
                Stop(same, reason, ReleaseNotes.Of(spec, same));
            }
            else if (_at >= end)
            {
                if (_edition == editions.To) return _stops;
                throw NoChange(end);
            }
            else
            {
                var next = Next(end, target!, wanted);
                Stop(next.Release, next.Reason, next.Notes);
            }
        }
    }

    private MandatoryStop Next(AppVersion end, ReleaseEntry target, VersionTarget wanted)
    {
        var paths = index.Edition(_edition);
        var next = paths.MandatoryAfter(_at);
        if (next is not null && next.Release.Neutral >= end) next = null;
        if (ForStep(paths, next?.Release.Neutral ?? end) is { } step) return step;
        if (next is not null) return next;
        if (_edition == editions.To) return Made(target, Reason(target, wanted));
        return Made(paths.Find(end) is { Usable: true } last ? last : Shared(paths, end), $"From here the edition can be changed to '{editions.To}'.");
    }

    private MandatoryStop Made(ReleaseEntry release, string reason) => new(release, reason, ReleaseNotes.Of(spec, release));

    // Before a hop that passes the gate of a step that can't be done yet, the newest release at which it can.
    private MandatoryStop? ForStep(EditionPaths paths, AppVersion end)
    {
        var (here, there) = (Core(_at), Core(end));
        foreach (var gate in index.Steps)
        {
            if (gate.AtLeast is not { } least || here >= least || !gate.Applies(here, there, _edition, engine)) continue;
            var major = index.Scheme.Major(least);
            var release = EditionPaths.Best(paths.Releases.Where(release => release.Major == major && !release.PreRelease && release.Neutral >= least && release.Neutral < gate.Gate && release.Neutral < end));
            if (release is not null) return Made(release, $"Before {gate.Gate} comes the step '{gate.Step.Title}', which needs {least} or newer.");
        }

        return null;
    }

    private ReleaseEntry Shared(EditionPaths paths, AppVersion end)
    {
        var other = index.Edition(editions.To);
        return EditionPaths.Best(paths.Releases.Where(release => !release.PreRelease && release.Neutral > _at && release.Neutral < end && other.Find(release.Neutral) is { Usable: true }))
            ?? throw NoChange(end);
    }

    private void Stop(ReleaseEntry release, string reason, string? notes)
    {
        var (before, after) = (Core(_at), Core(release.Neutral));
        var to = Variant.Length == 0 ? release.Version : AppVersion.Parse(release.Version.Text + "-" + Variant);
        _stops.Add(new UpgradeStop
        {
            Order = _stops.Count + 1,
            From = _shown,
            To = to,
            Edition = _edition,
            Reason = reason,
            Requirements = index.Requirements.At(after, engine),
            StepsBefore = Steps(before, after, isBefore: true),
            StepsAfter = Steps(before, after, isBefore: false),
            ReleaseNotes = notes,
        });
        (_at, _shown) = (release.Neutral, to);
    }

    private IReadOnlyList<UpgradeStep> Steps(AppVersion before, AppVersion after, bool isBefore)
    {
        List<UpgradeStep>? steps = null;
        foreach (var gate in index.Steps)
        {
            if (gate.IsBefore == isBefore && gate.Applies(before, after, _edition, engine)) (steps ??= []).Add(gate.Step);
        }

        return steps ?? (IReadOnlyList<UpgradeStep>)[];
    }

    private string Reason(ReleaseEntry target, VersionTarget wanted)
    {
        if (wanted.Kind == VersionTargetKind.Latest) return "The newest release.";
        if (wanted.Kind == VersionTargetKind.Newest || wanted.Version!.Numbers.Count < target.Neutral.Numbers.Count) return $"The newest release of {wanted.Text}.";
        return index.Edition(_edition).Newest(target.Major) is { } newest && newest.Neutral > target.Neutral
            ? $"The target. The newest release of {target.Major} is {newest.Version}."
            : "The target.";
    }

    private UpgradeException NoChange(AppVersion end) => new(
        "PathNotFound",
        UpgradeErrorCategory.ObjectNotFound,
        _shown,
        $"From {_shown} to {index.Scheme.In(end, editions.To)} there is no release of {spec.DisplayName} in both editions '{editions.From}' and '{editions.To}', at which the edition could be changed.",
        $"Upgrade within '{editions.From}' first, to a release that '{editions.To}' has too.");

    // A pre-release of a version passes the gates of that version.
    private static AppVersion Core(AppVersion version) => version.IsPreRelease ? AppVersion.Parse(string.Join('.', version.Numbers)) : version;
}
