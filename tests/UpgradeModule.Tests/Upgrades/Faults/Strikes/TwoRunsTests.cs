using System.Diagnostics;
using UpgradeModule.Engine.Databases.Programs;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Tests.Deployments.Docker.Live;
using UpgradeModule.Tests.Support;
using UpgradeModule.Tests.Upgrades.Live;

namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>Two processes upgrade one deployment at once, of one user or of two: one of them does it, the other does no harm and is told why.</summary>
public sealed class TwoRunsTests
{
    [SkippableFact]
    public async Task Two_processes_that_begin_at_once_upgrade_it_once() => await TwoAsync(await LiveScene.StartAsync());

    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task So_do_two_on_PostgreSQL()
    {
        await using var server = await OwnPostgres.StartAsync();
        await TwoAsync(await LiveScene.StartAsync(await server.CreateAsync()));
    }

    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task So_do_two_of_a_container()
    {
        await using var docker = await OwnDocker.StartAsync();
        await using var postgres = await NeighbourPostgres.StartLastingAsync(docker.Engine, docker.Images);
        await TwoAsync(await DockerFaultScene.StartAsync(docker.Engine, docker.Images, postgres));
    }

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData("Backup")]
    [InlineData("Swap@1.1.0")]
    [InlineData("Wait@2.0.0")]
    public async Task A_resume_or_an_undo_beside_a_run_that_is_under_way_is_refused(string action)
    {
        Skip.If(OperatingSystem.IsWindows(), "One is ended by a signal.");
        await using var scene = await LiveScene.StartAsync();
        using var first = FaultProcess.Start(scene, "upgrade");
        await SaysAsync(first, $"at {action} Intent");
        var said = first.StandardOutput.ReadToEndAsync();
        using var signal = Process.Start("kill", ["-STOP", first.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await signal.WaitForExitAsync();

        foreach (var verb in new[] { "upgrade", "resume", "undo" })
        {
            var (_, code, words) = await FaultProcess.RunAsync(scene, verb);
            Assert.True(code == 1 && words.Contains("DeploymentLocked: 'sample' is locked by", StringComparison.Ordinal), words);
        }

        using var go = Process.Start("kill", ["-CONT", first.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await go.WaitForExitAsync();
        Assert.Contains("Succeeded:", await said);
        Assert.Equal("2.0.0", await scene.AnsweredVersionAsync());
    }

    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_users_upgrade_it_once(bool othersRun)
    {
        Skip.IfNot(UnprivilegedUser.IsNeeded && UnprivilegedUser.Find("postgres") is not null, "Only root can become another user.");
        var other = UnprivilegedUser.Find("postgres")!;
        await using var scene = await LiveScene.StartAsync();
        await using var writer = new NoteWriter(scene.Url, TimeSpan.FromMilliseconds(15));
        if (othersRun)
        {
            // The application is the other user's, who started it.
            await scene.Engine.Services.StopAsync(scene.Context, null, default);
            using (var chown = Process.Start("chown", ["-R", FormattableString.Invariant($"{other.Id}:{other.Group}"), scene.Folder])) await chown.WaitForExitAsync();
            using var start = FaultProcess.Start(scene, "start", launcher: other.Launcher);
            Assert.Contains("started", await start.StandardOutput.ReadToEndAsync());
        }

        using var first = FaultProcess.Start(scene, "upgrade", launcher: othersRun ? other.Launcher : null);
        await SaysAsync(first, "at Backup Intent");
        var said = first.StandardOutput.ReadToEndAsync();
        using var second = FaultProcess.Start(scene, "upgrade", launcher: othersRun ? null : other.Launcher);
        var words = await second.StandardOutput.ReadToEndAsync() + await second.StandardError.ReadToEndAsync();

        // Root sees who holds the lock; anybody else may not even look.
        Assert.True(words.Contains(othersRun ? $"DeploymentLocked: 'sample' is locked by {other.Name}" : "PermissionMissing", StringComparison.Ordinal), words);
        if (!othersRun) Assert.Contains("Run this as the user who started the deployment", words);
        Assert.Contains("Succeeded:", await said);
        Assert.Equal("2.0.0", await scene.AnsweredVersionAsync());
        Assert.Equal(1, await scene.RunningAsync());
        await writer.StopAsync();
        Assert.Subset(await scene.NotesAsync(), writer.Acknowledged.ToHashSet());
    }

    private static async Task TwoAsync(IFaultScene scene)
    {
        Skip.If(OperatingSystem.IsWindows(), "The processes are counted as Unix does.");
        await using var own = scene;
        await using var writer = new NoteWriter(scene.Url, TimeSpan.FromMilliseconds(15));

        var both = await Task.WhenAll(FaultProcess.RunAsync(scene, "upgrade"), FaultProcess.RunAsync(scene, "upgrade"));

        // One that came when the other was done found nothing to do.
        var all = string.Join(Environment.NewLine, both.Select(one => one.Said));
        Assert.True(both.Count(one => one.Said.Contains("at Swap@2.0.0 Result", StringComparison.Ordinal)) == 1, all);
        Assert.All(both, one => Assert.True(one.Said.Contains("Succeeded:", StringComparison.Ordinal) || one.Said.Contains("DeploymentLocked: 'sample' is locked by", StringComparison.Ordinal), all));
        var service = await scene.Engine.Services.GetAsync(scene.Context, default);
        Assert.Equal((AppHealth.Healthy, "2.0.0"), (service.Health, service.Version?.Text));
        Assert.Equal(1, await scene.RunningAsync());
        await writer.StopAsync();
        Assert.Subset(await scene.NotesAsync(), writer.Acknowledged.ToHashSet());
    }

    private static async Task SaysAsync(Process process, string words)
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith(words, StringComparison.Ordinal)) return;
        }

        Assert.Fail($"It ended before it said '{words}': {await process.StandardError.ReadToEndAsync()}");
    }
}
