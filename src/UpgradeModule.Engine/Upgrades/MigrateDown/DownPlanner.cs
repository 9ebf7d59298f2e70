using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Paths;

namespace UpgradeModule.Engine.Upgrades.MigrateDown;

/// <summary>Works out the way down from what the definition says and what is recorded; it asks nobody.</summary>
internal static class DownPlanner
{
    private const string Otherwise = "Go back by the data instead: Undo-UpgradeRun -Strategy Restore, or Restore-AppDatabase with the backup from before the upgrade; what was written since is lost then.";

    /// <summary>Works it out.</summary>
    /// <param name="spec">The app definition.</param>
    /// <param name="question">What is asked.</param>
    /// <exception cref="UpgradeException"><c>MigrateDownNotSupported</c>, <c>MigrateDownRefused</c>, <c>MigrationIrreversible</c>, <c>TargetNotOlder</c>, <c>VersionNotFound</c>.</exception>
    public static DownPlan Plan(AppSpec spec, DownQuestion question)
    {
        if (spec.Migrations is not { DownCommand.Count: > 0 })
        {
            throw new UpgradeException("MigrateDownNotSupported", UpgradeErrorCategory.InvalidOperation, spec.Name, $"The definition of {spec.DisplayName} names no command that migrates down.", Otherwise);
        }

        var target = new DownTarget(spec, question);
        var to = target.Find();
        var lists = new MigrationLists(spec, question.Recorded);
        Newer(spec, question, lists);
        var back = lists.After(to, question.From, question.Names);
        var warnings = new List<string>();
        var via = back is { Count: 0 } ? [] : Between(spec, target, question, to, back, lists);
        AppVersion[] versions = [question.From, .. via, to];
        for (var i = 1; back is not { Count: 0 } && i < versions.Length; i++) Check(spec, question, versions[i - 1], versions[i], warnings);

        // That nothing ran since is known only where a run wrote it down: old migrations don't tell their major.
        if (back is { Count: 0 } && !question.Recorded.ContainsKey(to) && DownRules.Forbidden(spec, question.From, to) is { } reason) throw Refused(question, reason, Otherwise);
        if (back is null)
        {
            if (!question.Force) throw Refused(question, $"Neither the definition of {spec.DisplayName} nor a recorded run tells which migrations {to} has, so nobody could tell whether they were taken back.", Otherwise + " With -Force, any migration that is taken back counts.");
            warnings.Add($"It is not known which migrations {to} has; any that is taken back counts, as -Force asks.");
        }

        if (back is not null) Irreversible(question, to, back, lists);
        var neutral = VersionScheme.Of(spec).Neutral(to);
        var stop = new UpgradeStop
        {
            Order = 1,
            From = question.From,
            To = to,
            Via = via,
            Edition = question.Edition,
            Reason = back is null ? "" : back.Count == 0 ? "no migration ran since" : string.Create(CultureInfo.InvariantCulture, $"{back.Count} migration{(back.Count == 1 ? "" : "s")} taken back"),
            Requirements = PathIndex.Of(spec).Requirements.At(neutral.IsPreRelease ? AppVersion.Parse(string.Join('.', neutral.Numbers)) : neutral, question.Deployment?.Database?.Engine),
        };
        return new DownPlan(new UpgradePath { App = spec.Name, Edition = question.Edition, From = question.From, To = to, Stops = [stop], Warnings = warnings, Deployment = question.Deployment }, back);
    }

    // Only the version that brought a migration knows its way back; an older one leaves it, or works on another database without a word.
    private static void Newer(AppSpec spec, DownQuestion question, MigrationLists lists)
    {
        var major = VersionScheme.Of(spec).Major(question.From);
        if (question.Force || question.Names.FirstOrDefault(name => lists.Knowledge.Major(name) > major) is not { } newer) return;
        throw Refused(
            question,
            $"{question.From} is installed, and the migration {newer} that is recorded was brought by a newer major: only that version can take it back.",
            $"Install the version that the database belongs to, and migrate down from there. {Otherwise} -Force tries it all the same.");
    }

    private static List<AppVersion> Between(AppSpec spec, DownTarget target, DownQuestion question, AppVersion to, IReadOnlyList<string>? back, MigrationLists lists)
    {
        var scheme = VersionScheme.Of(spec);
        var (top, bottom) = (scheme.Major(question.From), scheme.Major(to));
        switch (spec.Migrations!.DownStep)
        {
            case "major" when top == bottom:
                throw Refused(question, $"{spec.DisplayName} migrates down a whole major at a time, and {question.From} and {to} are of one major; within a major nothing is taken back.", Otherwise);
            case "major":
                var majors = target.Releases.Where(release => release.Usable && !release.PreRelease && release.Major < top && release.Major > bottom).GroupBy(release => release.Major);
                return [.. majors.OrderByDescending(major => major.Key).Select(major => EditionPaths.Best(major)!.Version)];
            case "release":
                // A release that brought none of what is taken back has nothing to do.
                var bringers = back?.Select(lists.Knowledge.Release).ToList();
                return [.. target.Releases.Reverse()
                    .Where(release => release.Usable && !release.PreRelease && scheme.Compare(release.Version, question.From) < 0 && scheme.Compare(release.Version, to) > 0)
                    .Where(release => bringers is null || bringers.Contains(null) || bringers.Exists(bringer => scheme.Compare(bringer!, release.Version) == 0))
                    .Select(release => release.Version)];
            default:
                return [];
        }
    }

    private static void Check(AppSpec spec, DownQuestion question, AppVersion from, AppVersion to, List<string> warnings)
    {
        if (DownRules.Forbidden(spec, from, to) is { } reason) throw Refused(question, reason, Otherwise);
        if (DownRules.KnownBad(spec, from, to) is not { } bad) return;
        var known = $"Migrating down from {from} to {to} is known to fail: {bad.Reason}{(bad.Source is null ? "" : $" ({bad.Source})")}";
        if (!question.Force) throw Refused(question, known, Otherwise + " -Force tries it all the same; should it fail, the state before is put back.");
        warnings.Add(known + " It is tried, as -Force asks.");
    }

    private static void Irreversible(DownQuestion question, AppVersion to, IReadOnlyList<string> back, MigrationLists lists)
    {
        var stuck = back.Where(name => lists.Knowledge.Rollback(name) is MigrationRollback.NoOp or MigrationRollback.Gate).ToList();
        if (stuck.Count == 0) return;
        var shown = string.Join(", ", stuck.Take(3).Select(name => $"{name} ({(lists.Knowledge.Rollback(name) == MigrationRollback.NoOp ? "its way back does nothing" : "it can't be taken back")})"));
        throw new UpgradeException(
            "MigrationIrreversible", UpgradeErrorCategory.InvalidOperation, stuck[0],
            string.Create(CultureInfo.InvariantCulture, $"{question.From} can't be migrated down to {to}: {stuck.Count} of the {back.Count} migrations since can't be taken back: {shown}{(stuck.Count > 3 ? ", …" : "")}."),
            Otherwise);
    }

    private static UpgradeException Refused(DownQuestion question, string why, string remedy) => new("MigrateDownRefused", UpgradeErrorCategory.InvalidOperation, question.Deployment?.Name ?? question.From.Text, why, remedy);
}
