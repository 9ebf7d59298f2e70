using System.Diagnostics;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Tests.Support;
using UpgradeModule.Tests.Upgrades.Faults;
using UpgradeModule.Tests.Upgrades.Live;

namespace UpgradeModule.Tests.Upgrades.Rehearsal;

/// <summary>Rehearsals whose process is really killed, by SIGKILL: what they leave, and that the next one removes it.</summary>
[Collection("Rehearsal")]
public class KilledRehearsalTests(PostgresFixture postgres)
{
    [SkippableFact]
    public async Task What_a_rehearsal_leaves_that_is_killed_while_its_clone_migrates_is_removed_by_the_next_one()
    {
        RequireIsolation();
        await using var scene = await StartAsync(false);
        await KillAsync(scene, "clone");
    }

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData(false, "folder")]
    [InlineData(false, "second version")]
    [InlineData(true, "folder")]
    [InlineData(true, "server")]
    [InlineData(true, "clone")]
    [InlineData(true, "second version")]
    public async Task What_a_rehearsal_leaves_that_is_killed_at_any_moment_is_removed_by_the_next_one(bool onPostgres, string moment)
    {
        RequireIsolation();
        await using var scene = await StartAsync(onPostgres);
        await KillAsync(scene, moment);
    }

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_rehearsals_leave_that_are_killed_at_random_instants_one_after_the_other_is_removed_by_the_next_one(bool onPostgres)
    {
        RequireIsolation();
        await using var scene = await StartAsync(onPostgres);
        var left = new List<LeftBehind>();
        foreach (var milliseconds in new[] { 500, 1100, 1700, 2300, 2900, 3700, 4500 })
        {
            var process = FaultProcess.Start(scene, "rehearse");
            left.Add(new LeftBehind(process, scene.Folder));
            await Task.Delay(milliseconds);
            process.Kill();
            await process.WaitForExitAsync();
        }

        Assert.Contains(left, one => one.Folders("um-rehearsal-").Count > 0);
        await FinishAsync(scene, left);
    }

    internal static async Task FinishAsync(IFaultScene scene, IReadOnlyList<LeftBehind> left)
    {
        var next = await FaultProcess.RunAsync(scene, "rehearse");
        Assert.True(next.Code == 0 && next.Said.Contains("healthy: True", StringComparison.Ordinal), next.Said);
        foreach (var one in left) Assert.Empty(await one.AllAsync());
        var service = await scene.Engine.Services.GetAsync(scene.Context, default);
        Assert.Equal((AppHealth.Healthy, "1.0.0"), (service.Health, service.Version?.Text));
    }

    /// <summary>Kills a rehearsal at a moment that is seen from outside.</summary>
    internal static async Task<LeftBehind> KillAsync(IFaultScene scene, Func<LeftBehind, Task<bool>> come, Func<Process, LeftBehind> look)
    {
        using var process = FaultProcess.Start(scene, "rehearse");
        var said = process.StandardOutput.ReadToEndAsync();
        var left = look(process);
        for (var watch = Stopwatch.StartNew(); !await come(left); await Task.Delay(5))
        {
            if (process.HasExited || watch.Elapsed > TimeSpan.FromMinutes(2)) Assert.Fail("The moment never came: " + await said);
        }

        process.Kill();
        await process.WaitForExitAsync();
        Assert.Equal(137, process.ExitCode);
        Assert.NotEmpty(await left.AllAsync());
        return left;
    }

    private static async Task KillAsync(LiveScene scene, string moment)
    {
        var second = await SampleApps.FileAsync("1.1.0");
        var service = await scene.Engine.Services.GetAsync(scene.Context, default);

        var left = await KillAsync(
            scene,
            one => Task.FromResult(moment switch
            {
                "folder" => one.Folders("um-rehearsal-").Count > 0,
                "server" => one.Folders("um-server-").Count > 0,
                "clone" => one.Processes().Count > 0 && one.Folders("um-rehearsal-").Any(path => Directory.Exists(Path.Combine(path, "app", ".upgrademodule"))),
                _ => one.HasArtifact(second),
            }),
            process => new LeftBehind(process, scene.Folder));
        await FinishAsync(scene, [left]);

        Assert.Equal(service.ProcessId, (await scene.Engine.Services.GetAsync(scene.Context, default)).ProcessId);
    }

    private static void RequireIsolation() => Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root on Linux can give a clone a network of its own.");

    private async Task<LiveScene> StartAsync(bool onPostgres)
    {
        DatabaseAccess? access = null;
        if (onPostgres)
        {
            postgres.Require();
            access = await postgres.CreateAsync();
        }

        return await LiveScene.StartAsync(access, null, ("SAMPLEAPP_MIGRATION_DELAY_MS", "150"));
    }
}
