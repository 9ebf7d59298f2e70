using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Metabase;

/// <summary>What the readiness of a Metabase finds by the definition that ships: on the stand-in, which runs meanwhile.</summary>
[Collection("Metabase")]
public sealed class MetabaseReadinessTests(PostgresFixture postgres)
{
    private const string To = "0.50.36";

    [SkippableFact]
    public async Task What_stands_in_the_way_is_found_with_its_remedy_while_everything_runs_on()
    {
        await using var scene = await MetabaseScene.StartAsync(postgres, "0.49.25.2", ("MB_ENCRYPTION_SECRET_KEY", "the key of the beginning"));
        var process = (await scene.Engine.Services.GetAsync(scene.Context, default)).ProcessId;

        var ready = await scene.ReadinessAsync(To);
        Assert.True(ready.Ready, string.Join(Environment.NewLine, ready.Blockers));
        Assert.Contains("HEAD /v0.50.36/metabase.jar", scene.Jars.Asked);
        Assert.DoesNotContain(scene.Jars.Asked, asked => asked.StartsWith("GET", StringComparison.Ordinal));

        // A lock that somebody left, with who and since when.
        await PostgresFixture.RunAsync(scene.Access, "UPDATE databasechangeloglock SET locked = TRUE, lockgranted = localtimestamp - interval '3 hours', lockedby = 'node-2 (10.0.0.2)'");
        var locked = Blocked(await scene.ReadinessAsync(To), "MigrationLock", "node-2 (10.0.0.2)");
        Assert.Contains("release-locks", locked.Remedy);
        await PostgresFixture.RunAsync(scene.Access, "UPDATE databasechangeloglock SET locked = FALSE");

        // The key of the newest backup is not the one that is set, or none is.
        await scene.Engine.Backups.BackupAsync(scene.Context, null, default);
        await scene.SetAsync("MB_ENCRYPTION_SECRET_KEY", "another key of 16 and more");
        Blocked(await scene.ReadinessAsync(To), "EncryptionKey", "another one");
        await scene.SetAsync("MB_ENCRYPTION_SECRET_KEY", null);
        Blocked(await scene.ReadinessAsync(To), "EncryptionKey", "is not set");
        await scene.SetAsync("MB_ENCRYPTION_SECRET_KEY", "the key of the beginning");

        await scene.SetAsync("MB_DB_AUTOMIGRATE", "false");
        Blocked(await scene.ReadinessAsync(To), "Settings", "MB_DB_AUTOMIGRATE");
        await scene.SetAsync("MB_DB_AUTOMIGRATE", null);

        scene.Jars.Missing.Add("/v0.50.36/metabase.jar");
        Blocked(await scene.ReadinessAsync(To), "ArtifactAvailable", "404");
        scene.Jars.Missing.Clear();

        // Nothing was stopped for any of it.
        Assert.Equal(process, (await scene.Engine.Services.GetAsync(scene.Context, default)).ProcessId);
        Assert.True((await scene.ReadinessAsync(To)).Ready);
    }

    [SkippableFact]
    public async Task A_java_that_is_too_old_for_a_stop_is_told_before_anything_stops()
    {
        await using var scene = await MetabaseScene.StartAsync(postgres, "0.50.36");
        Skip.If((await scene.CommandAsync("version")).Output.Contains("Java version: OpenJDK 64-Bit Server VM 2", StringComparison.Ordinal), "The Java of this machine is new enough for every version.");
        var process = (await scene.Engine.Services.GetAsync(scene.Context, default)).ProcessId;

        var result = await scene.ReadinessAsync("0.58.39");
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => scene.UpgradeAsync("0.58.39"));

        Assert.Contains("0.58.39 needs Java 21", Assert.Single(result.Blockers).Message);
        Assert.Contains(result.Warnings, warning => warning.Check == "RuntimeArguments" && warning.Message.Contains("--add-opens", StringComparison.Ordinal));
        Assert.Equal("NotReady", failure.ErrorId);
        Assert.Equal(process, (await scene.Engine.Services.GetAsync(scene.Context, default)).ProcessId);
    }

    private static Blocker Blocked(ReadinessResult result, string check, string text)
    {
        var found = Assert.Single(result.Blockers);
        Assert.Equal(check, found.Check);
        Assert.Contains(text, found.Message);
        return found;
    }
}
