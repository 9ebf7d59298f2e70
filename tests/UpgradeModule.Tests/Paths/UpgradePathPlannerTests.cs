using System.Text.Json.Nodes;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Tests.Apps;

namespace UpgradeModule.Tests.Paths;

public class UpgradePathPlannerTests
{
    private static readonly UpgradePathPlanner Planner = new(new FixedTime());

    [Theory]
    [InlineData("0.37.4", "0.50.36", "0.37.12 0.38.6 0.39.7 0.40.8 0.50.36")]
    [InlineData("0.40.2", "50", "0.40.8 0.50.36")]
    [InlineData("0.40.2", "0.40.5", "0.40.5")]
    [InlineData("0.40.8", "0.50.x", "0.50.36")]
    [InlineData("0.40.8", "x.50", "0.50.36")]
    [InlineData("0.41.0", "0.50", "0.50.36")]
    [InlineData("0.40.8", "0.50.3", "0.50.3")]
    [InlineData("0.37.4", "38", "0.37.12 0.38.6")]
    [InlineData("0.37.12", "0.38.3", "0.38.3")]
    [InlineData("0.31.0", "32", "0.31.2 0.32.10")]
    [InlineData("0.42.0", "0.42", "0.42.6")]
    [InlineData("1.40.2", "1.50.X", "1.40.8 1.50.36")]
    [InlineData("1.40.2", "50", "1.40.8 1.50.36")]
    [InlineData("1.40.2", "0.50.36", "1.40.8 1.50.36")]
    [InlineData("0.60.1", null, "0.65.4")]
    [InlineData("0.65.4", "latest", "")]
    [InlineData("0.50.36", "0.50.36", "")]
    [InlineData("0.46.6.3", "0.46.6.4", "0.46.6.4")]
    [InlineData("0.37.99", "0.40.8", "0.38.6 0.39.7 0.40.8")]
    [InlineData("0.53.0-beta", "0.53.18.1", "0.53.18.1")]
    public void Metabase_goes(string from, string? to, string stops) => Assert.Equal(stops, Stops(Definitions.Metabase, from, to));

    [Theory]
    [InlineData("3.3.2", "5.5.1", "3.5.13 4.2.9 5.5.1")]
    [InlineData("3.5.10", "5.5.4", "3.5.13 4.2.9 5.5.4")]
    [InlineData("5.4.1", "6", "5.5.8 6.3.0")]
    [InlineData("5.4.1", "6.2", "5.5.8 6.2.2")]
    [InlineData("5.5.6", "6.3.0", "5.5.8 6.3.0")]
    [InlineData("2.0.0", "latest", "2.7.1 3.5.13 4.2.9 5.5.8 6.3.0")]
    [InlineData("5.0.1", "5", "5.5.8")]
    [InlineData("5.1.0", "5.5", "5.5.8")]
    [InlineData("5.1.0", "5.2", "5.2.1")]
    [InlineData("4.2.9-with-texlive-full", "5.5.8", "5.5.8-with-texlive-full")]
    public void Overleaf_goes(string from, string? to, string stops) => Assert.Equal(stops, Stops(Definitions.Overleaf, from, to));

    [Theory]
    [InlineData("0.40.2", null, "ee", "1.40.2 1.40.8 1.65.4")]
    [InlineData("0.35.3", "1.38.6", null, "0.35.6 0.36.12 0.37.12 1.37.12 1.38.6")]
    [InlineData("1.50.3", "0.50.36", "oss", "0.50.3 0.50.36")]
    [InlineData("0.50.36", "0.50.36", "ee", "1.50.36")]
    [InlineData("0.30.0", "0.33.7.3", "ee", null)]
    public void Changing_the_edition_is_its_own_stop_where_both_have_the_release(string from, string? to, string? edition, string? stops)
    {
        if (stops is null) Assert.Contains(Failure(from, to, edition), (string[])["PathNotFound", "VersionNotFound"]);
        else Assert.Equal(stops, Stops(Definitions.Metabase, from, to, edition));
    }

    [Theory]
    [InlineData("5.0.2", "5.0.3 5.5.8", "ce", "pro")]
    [InlineData("2.0.2", "2.0.2 2.7.1", "ce", "pro")]
    public void A_withdrawn_release_is_no_place_to_change_the_edition(string from, string expected, string edition, string toEdition)
    {
        var path = Plan(Definitions.Overleaf, from, from[0] == '5' ? "5.5.8" : "2.7.1", toEdition, edition);
        Assert.DoesNotContain(path.Stops, stop => stop.To.Text == "5.0.2");
        Assert.Equal(expected.Split(' ')[^1], path.Stops[^1].To.Text);
        Assert.All(path.Stops.SkipWhile(stop => stop.Edition == edition), stop => Assert.Equal(toEdition, stop.Edition));
        Assert.Equal(toEdition, path.Stops[^1].Edition);
    }

    [Fact]
    public void Each_stop_tells_reason_runtime_notes_and_where_it_comes_from()
    {
        var path = Plan(Definitions.Metabase, "0.37.4", "0.50.36");
        Assert.Equal(("metabase", "oss", "0.37.4", "0.50.36"), (path.App, path.Edition, path.From.Text, path.To.Text));
        Assert.Equal(Enumerable.Range(1, 5), path.Stops.Select(stop => stop.Order));
        Assert.Equal(["0.37.4", "0.37.12", "0.38.6", "0.39.7", "0.40.8"], path.Stops.Select(stop => stop.From.Text));
        Assert.Contains("0.38.6 is the newest 38", path.Stops[1].Reason, StringComparison.Ordinal);
        Assert.Equal("8", Java(path.Stops[3]));
        Assert.Equal("11", Java(path.Stops[4]));
        Assert.Equal("21", Java(Plan(Definitions.Metabase, "0.50.36", "53").Stops[0]));
        Assert.Equal("https://github.com/metabase/metabase/releases/tag/v0.50.36", path.Stops[4].ReleaseNotes);

        static string? Java(UpgradeStop stop) => stop.Requirements.Single(need => need.Name == "java").Minimum;
    }

    [Fact]
    public void The_history_migration_comes_between_3_and_4_and_the_engine_steps_in_their_place()
    {
        var path = Plan(Definitions.Overleaf, "3.5.10", "6.3.0");
        Assert.Equal(["3.5.13", "4.2.9", "5.5.8", "6.3.0"], path.Stops.Select(stop => stop.To.Text));
        Assert.Empty(path.Stops[0].StepsBefore);
        Assert.Equal(["full-project-history", "replica-set", "redis-6.2"], Ids(path.Stops[1]));
        Assert.Equal(["mongodb-5.0", "rename-settings", "rename-mounts", "remove-texmfvar", "mongodb-6.0", "redis-aof"], Ids(path.Stops[2]));
        Assert.Equal(["binary-files", "mongodb-7.0", "mongodb-8.0", "redis-7.4", "invite-token-secret"], Ids(path.Stops[3]));
        Assert.All(path.Stops.SelectMany(stop => stop.StepsBefore), step => Assert.True(step.Instructions.Length > 40 && step.Source is not null));
    }

    [Fact]
    public void Steps_of_another_edition_or_engine_do_not_appear()
    {
        Assert.Contains("git-bridge-base-url", Ids(Plan(Definitions.Overleaf, "4.1.6", "4.2.9", edition: "pro").Stops[0]));
        Assert.DoesNotContain("git-bridge-base-url", Ids(Plan(Definitions.Overleaf, "4.1.6", "4.2.9").Stops[0]));
        Assert.Contains("h2-file-format", Ids(Plan(Definitions.Metabase, "0.45.0", "46").Stops[0]));
        Assert.Empty(Planner.Plan(Definitions.Metabase, new PathRequest { From = AppVersion.Parse("0.45.0"), To = "46", Deployment = On(DatabaseEngine.Postgres) }).Stops[0].StepsBefore);
        Assert.NotEmpty(Planner.Plan(Definitions.Metabase, new PathRequest { From = AppVersion.Parse("0.45.0"), To = "46", Deployment = On(DatabaseEngine.H2) }).Stops[0].StepsBefore);

        static AppDeployment On(DatabaseEngine engine) => new() { Name = "m", App = "metabase", Database = new DatabaseTarget { Engine = engine } };
    }

    [Theory]
    [InlineData(DatabaseEngine.Postgres, "java, postgres")]
    [InlineData(DatabaseEngine.MySql, "java, mariadb, mysql")]
    [InlineData(DatabaseEngine.H2, "java")]
    [InlineData(null, "java, mariadb, mysql, postgres")]
    public void What_is_needed_of_other_database_engines_is_left_out_where_the_engine_is_known(DatabaseEngine? engine, string needed)
    {
        var database = engine is null ? null : new DatabaseTarget { Engine = engine.Value };
        var path = Planner.Plan(Definitions.Metabase, new PathRequest { From = AppVersion.Parse("0.58.1"), To = "59", Deployment = new AppDeployment { Name = "m", App = "metabase", Database = database } });
        Assert.Equal(needed, string.Join(", ", path.Stops[^1].Requirements.Select(need => need.Name).Order()));
    }

    [Fact]
    public void What_is_needed_of_engines_that_hold_no_data_stays() => Assert.Contains("redis", Planner.Plan(
        Definitions.Overleaf,
        new PathRequest { From = AppVersion.Parse("5.5.8"), To = "6.3.0", Deployment = new AppDeployment { Database = new DatabaseTarget { Engine = DatabaseEngine.Mongo } } }).Stops[0].Requirements.Select(need => need.Name));

    [Fact]
    public void A_step_that_needs_a_newer_version_brings_its_own_stop()
    {
        var definition = Definitions.Small();
        definition["path"] = new JsonObject();
        Assert.Equal("1.1 2.0", Stops(Definitions.Read(definition), "1.0", null));
        definition["steps"] = new JsonArray();
        Assert.Equal("2.0", Stops(Definitions.Read(definition), "1.0", null));
    }

    [Fact]
    public void A_step_after_a_version_comes_after_the_first_stop_that_reaches_it()
    {
        var definition = Definitions.Small();
        definition["steps"] = JsonNode.Parse("""[{ "id": "clean", "title": "Clean", "after": "1.1", "instructions": "Do it." }]""");
        var path = Plan(Definitions.Read(definition), "1.0", "2.0");
        Assert.Equal(["clean"], path.Stops[0].StepsAfter.Select(step => step.Id));
        Assert.Empty(path.Stops[1].StepsAfter);
        Assert.Empty(Plan(Definitions.Read(definition), "1.1", "2.0").Stops[0].StepsAfter);
    }

    [Fact]
    public void A_pre_release_passes_the_gates_of_its_version_and_is_a_computed_target_only_on_request()
    {
        var definition = Definitions.Small();
        ((JsonArray)definition["releases"]!).Add(new JsonObject { ["version"] = "2.1.0-RC1" });
        ((JsonArray)definition["steps"]!).Add(JsonNode.Parse("""{ "id": "late", "title": "Late", "before": "2.1", "instructions": "Do it." }"""));
        ((JsonArray)definition["releases"]!).Add(new JsonObject { ["version"] = "2.1.0" });
        var spec = Definitions.Read(definition);
        Assert.Equal(["late"], Ids(Plan(spec, "2.0", "2.1.0-RC1").Stops[0]));
        Assert.Empty(Ids(Plan(spec, "2.1.0-RC1", "2.1.0").Stops[0]));
        ((JsonArray)definition["releases"]!).RemoveAt(4);
        ((JsonArray)definition["steps"]!).RemoveAt(1);
        spec = Definitions.Read(definition);
        Assert.Equal("", Stops(spec, "2.0", null));
        Assert.Equal("2.1.0-RC1", Planner.Plan(spec, new PathRequest { From = AppVersion.Parse("2.0"), IncludePrerelease = true }).Stops.Single().To.Text);
    }

    [Theory]
    [InlineData("0.50.36", "0.49.1", "TargetOlder")]
    [InlineData("0.50.36", "49", "TargetOlder")]
    [InlineData("0.40.8", "0.50.99", "VersionNotFound")]
    [InlineData("0.40.8", "0.99", "VersionNotFound")]
    [InlineData("0.40.8", "0.43.6", "ReleaseWithdrawn")]
    [InlineData("0.40.8", "newest", "VersionInvalid")]
    [InlineData("0.40.8", "", null)]
    public void Metabase_refuses(string from, string to, string? id) => Assert.Equal(id, Failure(from, to, null));

    [Fact]
    public void A_refusal_names_what_can_be_done()
    {
        var older = Assert.Throws<UpgradeException>(() => Plan(Definitions.Metabase, "0.50.36", "0.49.1"));
        Assert.Contains("Restore-AppDatabase", older.Message, StringComparison.Ordinal);
        Assert.Contains("migrate down", older.Message, StringComparison.Ordinal);
        Assert.Contains("0.50.36", Assert.Throws<UpgradeException>(() => Plan(Definitions.Metabase, "0.40.8", "0.50.99")).Message, StringComparison.Ordinal);
        var withdrawn = Assert.Throws<UpgradeException>(() => Plan(Definitions.Overleaf, "4.2.9", "5.0.1"));
        Assert.Equal("ReleaseWithdrawn", withdrawn.ErrorId);
        Assert.Contains("5.5.8", withdrawn.Message, StringComparison.Ordinal);
        var edition = Assert.Throws<UpgradeException>(() => Plan(Definitions.Metabase, "0.40.8", null, "pro"));
        Assert.Equal("EditionNotFound", edition.ErrorId);
        Assert.Contains("oss, ee", edition.Message, StringComparison.Ordinal);
        Assert.Equal("VersionInvalid", Assert.Throws<UpgradeException>(() => Plan(Definitions.Metabase, "0.40.8", "1.50.36", "oss")).ErrorId);
    }

    [Theory]
    [InlineData("overleaf", "5.0.1", "withdrawn")]
    [InlineData("overleaf", "5.5.0", "not recommended")]
    [InlineData("overleaf", "5.5.99", "not among the known releases")]
    [InlineData("overleaf", "1.24.0", "Nothing is known of releases below 2.0.0")]
    [InlineData("overleaf", "6.3.9", "No newer release")]
    [InlineData("overleaf", "4.2.9-with-texlive-full", "with-texlive-full")]
    [InlineData("metabase", "0.43.6", "source tag only")]
    [InlineData("metabase", "0.57.1", "ended on 2026-05-31")]
    public void A_warning_tells(string app, string from, string part)
    {
        var path = Plan(app == "metabase" ? Definitions.Metabase : Definitions.Overleaf, from, null);
        Assert.Contains(path.Warnings, warning => warning.Contains(part, StringComparison.Ordinal));
    }

    [Fact]
    public void A_usual_path_has_no_warnings()
    {
        Assert.Empty(Plan(Definitions.Metabase, "0.50.36", "0.58.39").Warnings);
        Assert.Empty(Plan(Definitions.Overleaf, "3.5.10", "5.5.8").Warnings);
    }

    private static string[] Ids(UpgradeStop stop) => [.. stop.StepsBefore.Select(step => step.Id)];

    private static string Stops(AppSpec spec, string from, string? to, string? toEdition = null) => string.Join(' ', Plan(spec, from, to, toEdition).Stops.Select(stop => stop.To.Text));

    private static string? Failure(string from, string? to, string? toEdition)
    {
        try
        {
            Plan(Definitions.Metabase, from, to, toEdition);
            return null;
        }
        catch (UpgradeException e)
        {
            return e.ErrorId;
        }
    }

    private static UpgradePath Plan(AppSpec spec, string from, string? to, string? toEdition = null, string? edition = null) =>
        Planner.Plan(spec, new PathRequest { From = AppVersion.Parse(from), Edition = edition, To = to, ToEdition = toEdition });

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    }
}
