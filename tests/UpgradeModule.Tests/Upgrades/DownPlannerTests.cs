using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Upgrades.MigrateDown;
using UpgradeModule.Tests.Apps;

namespace UpgradeModule.Tests.Upgrades;

/// <summary>The way down by the definitions that ship and by some of its own; nobody is asked.</summary>
public sealed class DownPlannerTests
{
    [Fact]
    public void Several_majors_go_by_the_newest_release_of_each_between()
    {
        var plan = DownPlanner.Plan(Definitions.Metabase, Of("0.52.17.1", "0.49", ["v49.2024-03-26T20:27:58", "v50.2024-04-12T12:33:09", "v51.2024-05-13T15:30:57", "v52.2024-09-18T21:17:52"]));

        var stop = Assert.Single(plan.Path.Stops);
        Assert.Equal([51, 50], stop.Via.Select(version => version.Numbers[1]));
        Assert.All(stop.Via, version => Assert.DoesNotContain('-', version.Text));
        Assert.Equal(49, stop.To.Numbers[1]);
        Assert.Equal(["v50.2024-04-12T12:33:09", "v51.2024-05-13T15:30:57", "v52.2024-09-18T21:17:52"], plan.TakenBack!);
        Assert.Equal([(0, "0.52.17.1"), (1, stop.Via[0].Text), (2, stop.Via[1].Text)], DownLeg.Of(stop).Select(leg => (leg.Index, leg.Stop.From.Text)));
    }

    [Fact]
    public void Without_a_target_it_goes_to_the_newest_of_the_major_before_or_to_the_version_before_the_upgrade()
    {
        string[] names = ["v49.2024-03-26T20:27:58", "v50.2024-04-12T12:33:09"];
        var spec = Definitions.Metabase;
        Assert.Equal(49, DownPlanner.Plan(spec, Of("0.50.36", null, names)).Path.To.Numbers[1]);
        Assert.Equal("0.49.12", DownPlanner.Plan(spec, Of("0.50.36", null, names) with { Before = AppVersion.Parse("0.49.12") }).Path.To.Text);
        Assert.Equal("1.49.12", DownPlanner.Plan(spec, Of("1.50.36", "1.49.12", names, "ee")).Path.To.Text);
    }

    [Theory]
    [InlineData("0.45.4.3", "0.43.7.3", "never migrates down below 0.44")]
    [InlineData("0.44.7.3", "0.44.1", "of one major")]
    [InlineData("0.49.6", "0.48", "41641")]
    [InlineData("0.49.2", "0.48", "41641")]
    [InlineData("0.48.13", "0.47", "38347")]
    [InlineData("0.46.1", "0.45.3.1", "30053")]
    [InlineData("0.53.10", "0.52", "53434")]
    [InlineData("0.50.7", "0.49", "44784")]
    [InlineData("0.50.7.1", "0.49", "44784")]
    [InlineData("1.50.3", "1.49", "44784", "ee")]
    [InlineData("0.59.2.5", "0.59.1", "of one major")]
    public void What_the_definition_forbids_or_knows_to_fail_is_refused(string from, string to, string why, string edition = "oss")
    {
        var major = int.Parse(from.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture);
        var failure = Assert.Throws<UpgradeException>(() => DownPlanner.Plan(Definitions.Metabase, Of(from, to, [$"v{major - 1}.00-001", $"v{major}.00-001"], edition)));
        Assert.Equal("MigrateDownRefused", failure.ErrorId);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        Assert.Contains("Restore", failure.Remedy!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.50.8", "0.49")]
    [InlineData("0.49.25.2", "0.48")]
    [InlineData("0.45.4.3", "0.44")]
    [InlineData("0.65.4", "0.64")]
    public void What_nothing_is_known_against_is_planned(string from, string to)
    {
        var major = int.Parse(from.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture);
        var plan = DownPlanner.Plan(Definitions.Metabase, Of(from, to, [$"v{major - 1}.00-001", $"v{major}.00-001"]));
        Assert.Equal([$"v{major}.00-001"], plan.TakenBack!);
        Assert.Empty(plan.Path.Warnings);
    }

    [Theory]
    [InlineData("0.41.9", "0.40", new[] { "311", "312" })]
    [InlineData("0.40.8", "0.39", new[] { "300", "301" })]
    [InlineData("0.43.7.3", "0.42", new[] { "v42.00-001", "v43.00-001" })]
    [InlineData("0.43.7.3", "0.43.4", new[] { "v42.00-001", "v43.00-001" })]
    public void Nothing_goes_below_44_also_where_the_names_of_migrations_tell_no_major_and_with_force(string from, string to, string[] names)
    {
        foreach (var force in new[] { false, true })
        {
            Assert.Equal("MigrateDownRefused", Assert.Throws<UpgradeException>(() => DownPlanner.Plan(Definitions.Metabase, Of(from, to, names) with { Force = force })).ErrorId);
        }
    }

    [Fact]
    public void Below_44_only_the_version_is_exchanged_where_a_run_wrote_down_that_no_migration_ran()
    {
        string[] names = ["v42.00-001", "v43.00-001"];
        var recorded = new Dictionary<AppVersion, IReadOnlyList<string>> { [AppVersion.Parse("0.43.4")] = names };
        Assert.Empty(DownPlanner.Plan(Definitions.Metabase, Of("0.43.7.3", "0.43.4", names) with { Recorded = recorded }).TakenBack!);
    }

    [Fact]
    public void A_database_of_a_newer_major_than_what_is_installed_is_refused_because_only_that_version_knows_the_way_back()
    {
        string[] names = ["v46.00-001", "v47.00-001", "v48.00-001"];
        var failure = Assert.Throws<UpgradeException>(() => DownPlanner.Plan(Definitions.Metabase, Of("0.47.9", "0.46", names)));
        Assert.Equal("MigrateDownRefused", failure.ErrorId);
        Assert.Contains("v48.00-001", failure.Message, StringComparison.Ordinal);
        Assert.NotNull(DownPlanner.Plan(Definitions.Metabase, Of("0.47.9", "0.46", names) with { Force = true }).TakenBack);

        // 46 ships one migration of 47, and 55 two of 56: they are forerunners.
        Assert.Equal(["v46.00-001"], DownPlanner.Plan(Definitions.Metabase, Of("0.46.8", "0.45", ["v45.00-001", "v46.00-001", "v47.00-004"])).TakenBack!);
        Assert.Equal(["v55.00-001"], DownPlanner.Plan(Definitions.Metabase, Of("0.55.18", "0.54", ["v54.00-001", "v55.00-001", "v56.2025-05-19T16:48:48"])).TakenBack!);
    }

    [Fact]
    public void A_database_in_which_no_migration_is_recorded_is_not_taken_for_one_that_needs_none()
    {
        var failure = Assert.Throws<UpgradeException>(() => DownPlanner.Plan(Definitions.Metabase, Of("0.50.36", "0.49", [])));
        Assert.Equal("MigrateDownRefused", failure.ErrorId);
    }

    [Fact]
    public void Force_passes_over_what_is_known_to_fail_and_never_over_the_lowest_version()
    {
        var spec = Definitions.Metabase;
        var plan = DownPlanner.Plan(spec, Of("0.50.7", "0.49", ["v49.00-001", "v50.00-001"]) with { Force = true });
        Assert.Contains("known to fail", Assert.Single(plan.Path.Warnings), StringComparison.Ordinal);
        Assert.Equal("MigrateDownRefused", Assert.Throws<UpgradeException>(() => DownPlanner.Plan(spec, Of("0.45.4.3", "0.43.7.3", ["v43.00-001", "v45.00-001"]) with { Force = true })).ErrorId);
    }

    [Theory]
    [InlineData("0.50.36", "TargetNotOlder")]
    [InlineData("0.51", "TargetNotOlder")]
    [InlineData("latest", "TargetNotOlder")]
    [InlineData("0.49.99", "VersionNotFound")]
    [InlineData("nonsense", "VersionInvalid")]
    public void A_target_that_is_none_is_an_error(string to, string errorId)
    {
        var spec = Definitions.Metabase;
        Assert.Equal(errorId, Assert.Throws<UpgradeException>(() => DownPlanner.Plan(spec, Of("0.50.36", to, ["v49.00-001", "v50.00-001"]))).ErrorId);
    }

    [Fact]
    public void Within_a_major_where_a_run_knows_that_no_migration_ran_only_the_version_is_exchanged()
    {
        string[] names = ["v49.00-001", "v50.00-001"];
        var recorded = new Dictionary<AppVersion, IReadOnlyList<string>> { [AppVersion.Parse("0.50.30")] = names };
        var plan = DownPlanner.Plan(Definitions.Metabase, Of("0.50.36", "0.50.30", names) with { Recorded = recorded });
        Assert.Empty(plan.TakenBack!);
        Assert.Equal("no migration ran since", Assert.Single(plan.Path.Stops).Reason);
    }

    [Fact]
    public void Overleafs_no_ops_and_gates_are_refused_and_its_indexes_are_not()
    {
        var spec = Definitions.Overleaf;
        var known = spec.Migrations!.Known;
        string[] indexes = [.. known.Where(note => note.Release is { } release && AppVersion.Parse(release) <= AppVersion.Parse("5.4.0")).Select(note => note.Name!)];
        var newest = spec.Releases.Select(release => release.Version).First(version => version.StartsWith("5.4.", StringComparison.Ordinal));
        var plan = DownPlanner.Plan(spec, Of(newest, "5.1", indexes, "ce"));
        Assert.Equal(known.Where(note => note.Release is "5.2.0" or "5.3.0" or "5.4.0").Select(note => note.Name), plan.TakenBack!);

        string[] all = [.. known.Where(note => note.Release is { } release && AppVersion.Parse(release) <= AppVersion.Parse("6.0.1")).Select(note => note.Name!)];
        var failure = Assert.Throws<UpgradeException>(() => DownPlanner.Plan(spec, Of("6.0.1", "5.5", all, "ce") with { Force = true }));
        Assert.Equal("MigrationIrreversible", failure.ErrorId);
        Assert.Contains("20250519101128_binary_files_migration_check (it can't be taken back)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("20250620152657_ensure_collaborator_arrays (its way back does nothing)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_command_or_a_known_list_it_is_refused()
    {
        Assert.Equal("MigrateDownNotSupported", Assert.Throws<UpgradeException>(() => DownPlanner.Plan(Own(with: []), Of("2.0.0", "1.0.0", ["b"], "standard"))).ErrorId);
        var failure = Assert.Throws<UpgradeException>(() => DownPlanner.Plan(Own(), Of("2.0.0", "1.0.0", ["a", "b"], "standard")));
        Assert.Equal("MigrateDownRefused", failure.ErrorId);
        Assert.Contains("which migrations 1.0.0 has", failure.Message, StringComparison.Ordinal);
        Assert.Null(DownPlanner.Plan(Own(), Of("2.0.0", "1.0.0", ["a", "b"], "standard") with { Force = true }).TakenBack);
    }

    [Fact]
    public void The_list_of_a_version_is_told_by_its_last_migration()
    {
        var spec = Own();
        spec.Migrations!.Required = [new RequiredMigrationSpec { From = "1.0.0", Name = "b" }];
        Assert.Equal(["c", "d"], DownPlanner.Plan(spec, Of("2.0.0", "1.0.0", ["a", "b", "c", "d"], "standard")).TakenBack!);
        Assert.Equal("MigrateDownRefused", Assert.Throws<UpgradeException>(() => DownPlanner.Plan(spec, Of("2.0.0", "1.0.0", ["a", "c"], "standard"))).ErrorId);
    }

    [Fact]
    public void Releases_between_are_gone_through_where_each_takes_back_its_own()
    {
        var spec = Own();
        spec.Migrations!.DownStep = "release";
        spec.Migrations.Known = [new MigrationNoteSpec { Name = "a", Release = "1.0.0" }, new MigrationNoteSpec { Name = "b", Release = "1.5.0" }, new MigrationNoteSpec { Name = "c", Release = "2.0.0" }];
        var stop = Assert.Single(DownPlanner.Plan(spec, Of("2.0.0", "1.0.0", ["a", "b", "c"], "standard")).Path.Stops);
        Assert.Equal(["1.5.0"], stop.Via.Select(version => version.Text));

        // 1.2.0 and 1.9.0 brought none, so they have nothing to take back.
        Assert.Equal("2 migrations taken back", stop.Reason);
    }

    private static DownQuestion Of(string from, string? to, string[] names, string edition = "oss") => new()
    {
        From = AppVersion.Parse(from),
        To = to,
        Edition = edition,
        Names = names,
        Recorded = new Dictionary<AppVersion, IReadOnlyList<string>>(),
        Deployment = new AppDeployment { Name = "app" },
    };

    private static AppSpec Own(string[]? with = null) => new()
    {
        Name = "own",
        DisplayName = "Own",
        Editions = [new EditionSpec { Id = "standard", Default = true }],
        Releases = [.. new[] { "1.0.0", "1.2.0", "1.5.0", "1.9.0", "2.0.0" }.Select(version => new ReleaseSpec { Version = version })],
        Migrations = new MigrationSpec { Kind = "table", Table = "m", DownCommand = with ?? ["{artifact}", "down"], DownStep = "migration" },
    };
}
