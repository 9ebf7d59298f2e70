using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Metabase;

/// <summary>What Metabase's stand-in logs when it can't start, and what the wait makes of it by the definition that ships.</summary>
[Collection("Metabase")]
public sealed class MetabaseLogTests(PostgresFixture postgres)
{
    [SkippableFact]
    public async Task A_lock_that_somebody_left_is_told_with_its_remedy()
    {
        await using var scene = await MadeAsync("0.49.25.2");
        await PostgresFixture.RunAsync(scene.Access, "UPDATE databasechangeloglock SET locked = TRUE, lockgranted = now(), lockedby = 'node-2 (10.0.0.2)'");

        var failure = await StartFailsAsync(scene, "0.50.36");

        Assert.Contains("The migration lock is held", failure.Message);
        Assert.Contains("databasechangeloglock", failure.Remedy);
    }

    [SkippableFact]
    public async Task An_older_version_on_a_newer_database_is_told_with_the_ways_out()
    {
        await using var scene = await MadeAsync("0.50.36");

        var failure = await StartFailsAsync(scene, "0.49.25.2");

        Assert.Contains("migrated by a newer Metabase", failure.Message);
        Assert.Contains("migrate down", failure.Remedy);
    }

    [SkippableFact]
    public async Task A_java_that_is_too_old_is_told()
    {
        await using var scene = await MadeAsync("0.50.36");

        var failure = await StartFailsAsync(scene, "0.99.1", java: 99);

        Assert.Contains("class file version 143.0", failure.Message);
        Assert.Contains("Java 21 from 53 on", failure.Remedy);
    }

    [SkippableFact]
    public async Task Migrations_by_hand_are_told_to_be_a_bad_idea()
    {
        await using var scene = await MadeAsync("0.49.25.2");
        await scene.SetAsync("MB_DB_AUTOMIGRATE", "false");

        var failure = await StartFailsAsync(scene, "0.50.36");

        Assert.Contains("MB_DB_AUTOMIGRATE is false", failure.Message);
    }

    [SkippableTheory]
    [InlineData(null, "The encryption key is missing")]
    [InlineData("another key of 16 and more", "another one than before")]
    [InlineData("k3y-of-old", "too short")]
    public async Task An_encryption_key_that_is_not_the_one_before_is_told_and_never_shown(string? key, string told)
    {
        await using var scene = await MetabaseScene.InstallAsync(postgres, "0.50.36", ("MB_ENCRYPTION_SECRET_KEY", "the key of the beginning"));
        await scene.CommandAsync("migrate", "up");
        await scene.SeedAsync();
        await scene.RunAsync();
        await scene.Engine.Services.StopAsync(scene.Context, null, default);
        await scene.SetAsync("MB_ENCRYPTION_SECRET_KEY", key);

        var failure = await StartFailsAsync(scene, "0.54.1", java: 11);

        Assert.Contains(told, failure.Message);
        Assert.Contains("key used before", failure.Remedy);
        if (key is not null) Assert.DoesNotContain(key, failure.Message + failure.Detail);
    }

    [SkippableFact]
    public async Task A_wrong_key_on_a_version_that_goes_on_with_it_is_a_warning()
    {
        await using var scene = await MetabaseScene.InstallAsync(postgres, "0.50.36", ("MB_ENCRYPTION_SECRET_KEY", "the key of the beginning"));
        await scene.CommandAsync("migrate", "up");
        await scene.SeedAsync();
        await scene.RunAsync();
        await scene.Engine.Services.StopAsync(scene.Context, null, default);
        await scene.SetAsync("MB_ENCRYPTION_SECRET_KEY", "another key of 16 and more");

        await scene.Engine.Services.StartAsync(scene.Context, default);
        await scene.Engine.Services.WaitAsync(scene.Context, TimeSpan.FromSeconds(30), default);

        Assert.Contains(scene.Operation.Warnings, warning => warning.Contains("can't decrypt", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task An_ended_process_after_a_stop_is_no_crash()
    {
        await using var scene = await MadeAsync("0.50.36");
        await scene.Engine.Services.StartAsync(scene.Context, default);
        await scene.Engine.Services.WaitAsync(scene.Context, TimeSpan.FromSeconds(30), default);

        var service = await scene.Engine.Services.StopAsync(scene.Context, null, default);

        Assert.Equal(AppServiceStatus.Stopped, service.Status);
        if (!OperatingSystem.IsWindows()) Assert.Equal(143, service.ExitCode);
        Assert.Contains("Metabase Shutdown COMPLETE", await File.ReadAllTextAsync(scene.LogFile));
    }

    private async Task<MetabaseScene> MadeAsync(string version)
    {
        var scene = await MetabaseScene.InstallAsync(postgres, version);
        await scene.CommandAsync("migrate", "up");
        await scene.SeedAsync();
        await scene.DeployAsync();
        return scene;
    }

    private static async Task<UpgradeException> StartFailsAsync(MetabaseScene scene, string version, int? java = null)
    {
        await File.WriteAllBytesAsync(scene.Jar, await StandInJar.MakeAsync(version, java));
        return await Assert.ThrowsAsync<UpgradeException>(async () =>
        {
            await scene.Engine.Services.StartAsync(scene.Context, default);
            await scene.Engine.Services.WaitAsync(scene.Context, TimeSpan.FromSeconds(30), default);
        });
    }
}
