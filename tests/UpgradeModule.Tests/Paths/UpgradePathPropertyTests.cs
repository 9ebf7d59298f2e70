using System.Diagnostics;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Tests.Apps;

namespace UpgradeModule.Tests.Paths;

/// <summary>What holds for every path, tried with random pairs. The seed is printed where something fails; set it here to see it again.</summary>
public class UpgradePathPropertyTests
{
    private const int Pairs = 10_000;
    private static readonly UpgradePathPlanner Planner = new();

    public static TheoryData<string> Apps => ["metabase", "overleaf"];

    [Theory]
    [MemberData(nameof(Apps))]
    public void No_path_skips_a_mandatory_stop_ends_elsewhere_goes_down_or_stops_at_what_can_not_be_installed(string app)
    {
        var spec = app == "metabase" ? Definitions.Metabase : Definitions.Overleaf;
        var (scheme, index, paths) = (VersionScheme.Of(spec), ReleaseIndex.Of(spec), PathIndex.Of(spec));
        var seed = Environment.TickCount;
        var random = new Random(seed);
        int planned = 0, refused = 0;
        for (var i = 0; i < Pairs; i++)
        {
            var edition = scheme.Editions[random.Next(scheme.Editions.Count)];
            var toEdition = random.Next(5) == 0 ? scheme.Editions[random.Next(scheme.Editions.Count)] : edition;
            var from = index.Find(edition)![random.Next(index.Find(edition)!.Length)];
            var to = index.Find(toEdition)![random.Next(index.Find(toEdition)!.Length)];
            var said = $"seed {seed}, pair {i}: {from.Version} ({edition}) to {to.Version} ({toEdition})";
            UpgradePath path;
            try
            {
                path = Planner.Plan(spec, new PathRequest { From = from.Version, Edition = edition, To = to.Version.Text, ToEdition = toEdition });
            }
            catch (UpgradeException e)
            {
                refused++;
                Assert.True(Expected(e, from, to, edition, toEdition), $"{said}: {e.ErrorId}: {e.Message}");
                continue;
            }

            planned++;
            Assert.True(from.Neutral <= to.Neutral, said);
            Assert.True(path.To.Equals(to.Version) && path.Edition == toEdition, said);
            Check(scheme, paths, from, to, edition, path, said);
        }

        Assert.True(planned > Pairs / 5 && refused > Pairs / 5, $"seed {seed}: only {planned} planned, {refused} refused");
    }

    [Theory]
    [MemberData(nameof(Apps))]
    public void Without_a_target_every_path_ends_at_the_newest_release(string app)
    {
        var spec = app == "metabase" ? Definitions.Metabase : Definitions.Overleaf;
        foreach (var edition in VersionScheme.Of(spec).Editions)
        {
            var newest = ReleaseIndex.Of(spec).Find(edition)!.Last(release => release.Usable && !release.PreRelease);
            foreach (var from in ReleaseIndex.Of(spec).Find(edition)!)
            {
                Assert.Equal(newest.Version, Planner.Plan(spec, new PathRequest { From = from.Version, Edition = edition }).To);
            }
        }
    }

    [Fact]
    public void A_full_path_takes_under_a_millisecond_and_ten_thousand_under_a_second()
    {
        Assert.InRange(Best(1_000, "0.9.3", "latest").TotalMilliseconds, 0, 1_000);
        Assert.InRange(Best(10_000, "0.37.4", "0.50.36").TotalMilliseconds, 0, 1_000);
    }

    private static TimeSpan Best(int calls, string from, string to)
    {
        var request = new PathRequest { From = AppVersion.Parse(from), To = to };
        var best = TimeSpan.MaxValue;
        for (var run = 0; run < 4; run++)
        {
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < calls; i++) Planner.Plan(Definitions.Metabase, request);
            if (watch.Elapsed < best) best = watch.Elapsed;
        }

        return best;
    }

    private static void Check(VersionScheme scheme, PathIndex paths, ReleaseEntry from, ReleaseEntry to, string edition, UpgradePath path, string said)
    {
        var at = from.Neutral;
        var now = edition;
        foreach (var stop in path.Stops)
        {
            var next = scheme.Neutral(stop.To);
            Assert.True(next > at || (next == at && stop.Edition != now), said);
            Assert.DoesNotContain(paths.Edition(stop.Edition).Mandatory, mandatory => mandatory.Release.Neutral > at && mandatory.Release.Neutral < next);
            Assert.True(paths.Edition(stop.Edition).Find(next) is { Usable: true }, said);
            Assert.Equal(scheme.In(stop.To, stop.Edition).Text, stop.To.Text);
            Assert.True(stop.Reason.Length > 0 && stop.ReleaseNotes is not null, said);
            foreach (var gate in paths.Steps.Where(gate => gate.IsBefore && gate.AppliesTo(stop.Edition, null) && !at.IsPreRelease && !next.IsPreRelease))
            {
                var passes = at < gate.Gate && gate.Gate <= next;
                Assert.True(passes == stop.StepsBefore.Any(step => step.Id == gate.Step.Id), $"{said}: {gate.Step.Id}");
                Assert.True(!passes || gate.AtLeast is null || at >= gate.AtLeast, $"{said}: {gate.Step.Id} at {at}");
            }

            (at, now) = (next, stop.Edition);
        }

        Assert.True(at == to.Neutral, said);
    }

    private static bool Expected(UpgradeException e, ReleaseEntry from, ReleaseEntry to, string edition, string toEdition) => e.ErrorId switch
    {
        "TargetOlder" => to.Neutral < from.Neutral,
        "ReleaseWithdrawn" => !to.Usable,
        "PathNotFound" => edition != toEdition,
        _ => false,
    };
}
