using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Metabase;

/// <summary>Upgrades of the stand-in that fail in the ways in which Metabase's do: each is recognised and taken back.</summary>
[Collection("Metabase")]
public sealed class MetabaseFailureTests(PostgresFixture postgres)
{
    private const string From = "0.49.25.2";
    private const string To = "0.50.36";

    [SkippableFact]
    public async Task A_version_that_comes_up_on_an_empty_database_is_recognised_and_taken_back()
    {
        postgres.Require();
        var other = "empty_" + Guid.NewGuid().ToString("N")[..6];
        await using var scene = await MetabaseScene.StartAsync(postgres, From, ("MB_STANDIN_FAIL", $"{To}=database:{other}"));
        await postgres.AdminAsync($"CREATE DATABASE {other} OWNER {scene.Access.Target.User}");
        await postgres.AdminInAsync(other, "CREATE EXTENSION citext");

        var result = await AssertTakenBackAsync(scene, "found an empty application database");

        Assert.Contains("Compare MB_DB_TYPE", result.Error);
    }

    [SkippableFact]
    public async Task A_checksum_clash_names_the_migration_and_warns_of_force()
    {
        await using var scene = await MetabaseScene.StartAsync(postgres, From, ("MB_STANDIN_FAIL", $"{To}=checksum"));

        // From 49 to 50 the kind of checksums stays; those of 48 and older would only be replaced.
        var result = await AssertTakenBackAsync(scene, "The checksum of the migration ");

        Assert.Contains("Don't run \"migrate force\"", result.Error);
        Assert.Contains("exit code 1", result.Error);
    }

    [SkippableFact]
    public async Task A_crash_in_the_middle_of_the_migrations_is_taken_back_with_its_lock()
    {
        await using var scene = await MetabaseScene.StartAsync(postgres, From, ("MB_STANDIN_FAIL", $"{To}=crash"));

        await AssertTakenBackAsync(scene, "exit code 137");

        Assert.Equal(["f"], await scene.RowsAsync("SELECT locked FROM databasechangeloglock"));
        Assert.Equal(["0"], await scene.RowsAsync("SELECT count(*) FROM databasechangelog WHERE id LIKE 'v50%'"));
    }

    [SkippableFact]
    public async Task A_migration_that_hangs_is_given_up_after_the_time_without_progress()
    {
        await using var scene = await MetabaseScene.StartAsync(postgres, From, ("MB_STANDIN_FAIL", $"{To}=hang"));

        var result = await scene.UpgradeAsync(To, timeout: TimeSpan.FromSeconds(4));

        Assert.Equal("ServiceTimeout", result.ErrorId);
        Assert.Contains("initializing", result.Error);
        await AssertIsBackAsync(scene, result);
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task How_far_the_migration_is_is_shown_while_it_is_awaited()
    {
        await using var scene = await MetabaseScene.StartAsync(postgres, From, ("MB_STANDIN_DELAY_MS", "400"));

        var result = await scene.UpgradeAsync(To);

        Assert.True(result.Outcome == UpgradeOutcome.Succeeded, result.Error);
        var shown = scene.Operation.ProgressSeen.Where(progress => progress.Percent == 30).Select(progress => progress.Status).ToList();
        Assert.Contains(shown, status => status.Contains("Migrations run", StringComparison.Ordinal) && status.Contains(" migrations, last v50.", StringComparison.Ordinal));
    }

    private static async Task<UpgradeResult> AssertTakenBackAsync(MetabaseScene scene, string because)
    {
        var before = await scene.DataAsync();
        var result = await scene.UpgradeAsync(To);
        Assert.Contains(because, result.Error);
        await AssertIsBackAsync(scene, result);
        Assert.Equal(before, await scene.DataAsync());
        return result;
    }

    private static async Task AssertIsBackAsync(MetabaseScene scene, UpgradeResult result)
    {
        Assert.True(result.Outcome == UpgradeOutcome.RolledBack, result.Error);
        Assert.Equal(From, result.Reached!.Text);
        Assert.Equal(From, await scene.AnsweredVersionAsync());
    }
}
