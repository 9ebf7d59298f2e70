using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments;

public class ArtifactSwapTests
{
    [Fact]
    public async Task A_swap_keeps_the_old_one_and_can_be_undone_twice_and_dropped_twice()
    {
        await using var scene = await ProcessScene.CreateAsync();
        var old = await FileHash.ComputeAsync(scene.Artifact, CancellationToken.None);
        var artifact = await FetchAsync(scene, "1.1.0");
        var point = await SwapAsync(scene, artifact, "run 1/stop:1");
        Assert.Equal("Artifact", point.Kind);
        Assert.Equal("1.0.0", point.Version?.Text);
        Assert.Equal(artifact.Sha256, await FileHash.ComputeAsync(scene.Artifact, CancellationToken.None));
        Assert.Equal(old, await FileHash.ComputeAsync(point.Location, CancellationToken.None));
        Assert.Equal("1.1.0", (await scene.Host.ReadInstalledVersionAsync(scene.Context, CancellationToken.None))?.Text);

        var again = await SwapAsync(scene, artifact, "run 1/stop:1");
        Assert.Equal(point.Location, again.Location);
        Assert.Equal(old, await FileHash.ComputeAsync(point.Location, CancellationToken.None));

        for (var i = 0; i < 2; i++)
        {
            await scene.Host.UndoSwapAsync(scene.Context, point, CancellationToken.None);
            Assert.Equal(old, await FileHash.ComputeAsync(scene.Artifact, CancellationToken.None));
        }

        for (var i = 0; i < 2; i++) await scene.Host.DropAsync(scene.Context, point, CancellationToken.None);
        Assert.False(File.Exists(point.Location));
        Assert.Equal(old, await FileHash.ComputeAsync(scene.Artifact, CancellationToken.None));
        Assert.DoesNotContain(Directory.EnumerateFiles(scene.Folder), file => file.EndsWith(".new", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Mode_and_owner_stay_those_of_the_installed_one()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "Only root can give files away.");
        await using var scene = await ProcessScene.CreateAsync();
        Run("chown", "1234:4321", scene.Artifact);
        Run("chmod", "0750", scene.Artifact);
        await SwapAsync(scene, await FetchAsync(scene, "1.1.0"), "a");
        Assert.Equal("1234:4321 750", Run("stat", "-c", "%u:%g %a", scene.Artifact));
    }

    [Fact]
    public async Task Whether_a_file_is_the_installed_one_is_told_by_its_content()
    {
        await using var scene = await ProcessScene.CreateAsync();
        var source = new InstallSource { Artifact = await FetchAsync(scene, "1.1.0") };
        Assert.False(await scene.Host.IsInstalledAsync(scene.Context, source, CancellationToken.None));
        await scene.Host.SwapAsync(scene.Context, source, "a", CancellationToken.None);
        Assert.True(await scene.Host.IsInstalledAsync(scene.Context, source, CancellationToken.None));
    }

    [Fact]
    public async Task A_running_service_is_not_swapped()
    {
        await using var scene = await ProcessScene.CreateAsync();
        var artifact = await FetchAsync(scene, "1.1.0");
        var old = await FileHash.ComputeAsync(scene.Artifact, CancellationToken.None);
        await scene.StartAsync();
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => SwapAsync(scene, artifact, "a"));
        Assert.Equal("ServiceRunning", failure.ErrorId);
        Assert.Equal(old, await FileHash.ComputeAsync(scene.Artifact, CancellationToken.None));
    }

    [SkippableFact]
    public async Task A_full_disk_is_told_before_anything_changes()
    {
        using var disk = new SmallDisk(5);
        disk.Require();
        await using var scene = await ProcessScene.CreateAsync();
        var installed = Path.Combine(disk.Path, "sampleapp");
        File.Copy(scene.Artifact, installed);
        scene.With(settings => settings with { ArtifactPath = installed });
        var failure = await Assert.ThrowsAsync<UpgradeException>(async () => await SwapAsync(scene, await FetchAsync(scene, "1.1.0", scene.Log + ".d"), "a"));
        Assert.Equal("DiskFull", failure.ErrorId);
        Assert.Equal("1.0.0", (await scene.Host.ReadInstalledVersionAsync(scene.Context, CancellationToken.None))?.Text);
        Assert.Single(Directory.EnumerateFiles(disk.Path));
    }

    [SkippableFact]
    public async Task A_kept_one_is_put_back_on_a_full_disk_and_can_be_dropped()
    {
        using var disk = new SmallDisk((int)((new FileInfo(await SampleApps.FileAsync("1.0.0")).Length * 5 / 2) >> 20) + 1);
        disk.Require();
        await using var scene = await ProcessScene.CreateAsync();
        var old = await FileHash.ComputeAsync(scene.Artifact, CancellationToken.None);
        var installed = Path.Combine(disk.Path, "sampleapp");
        File.Copy(scene.Artifact, installed);
        var elsewhere = scene.Log + ".d";
        scene.With(settings => settings with { ArtifactPath = installed });
        var point = await SwapAsync(scene, await FetchAsync(scene, "1.1.0", elsewhere), "a");
        disk.Fill();
        for (var i = 0; i < 2; i++)
        {
            await scene.Host.UndoSwapAsync(scene.Context, point, CancellationToken.None);
            Assert.Equal(old, await FileHash.ComputeAsync(installed, CancellationToken.None));
            Assert.DoesNotContain(Directory.EnumerateFiles(disk.Path), file => file.EndsWith(".new", StringComparison.Ordinal));
        }

        await scene.Host.DropAsync(scene.Context, point, CancellationToken.None);
        Assert.False(File.Exists(point.Location));
        Assert.Equal(old, await FileHash.ComputeAsync(installed, CancellationToken.None));
    }

    [Fact]
    public async Task What_is_written_into_the_file_that_was_put_back_does_not_reach_the_kept_one()
    {
        await using var scene = await ProcessScene.CreateAsync();
        var old = await FileHash.ComputeAsync(scene.Artifact, CancellationToken.None);
        var point = await SwapAsync(scene, await FetchAsync(scene, "1.1.0"), "a");
        await scene.Host.UndoSwapAsync(scene.Context, point, CancellationToken.None);
        await File.WriteAllTextAsync(scene.Artifact, "written in place");
        Assert.Equal(old, await FileHash.ComputeAsync(point.Location, CancellationToken.None));
        Assert.Single(Directory.EnumerateFiles(Path.GetDirectoryName(point.Location)!));
    }

    [Fact]
    public async Task A_swap_that_died_between_its_two_steps_is_gone_on_with()
    {
        await using var scene = await ProcessScene.CreateAsync();
        var artifact = await FetchAsync(scene, "1.1.0");
        var point = await SwapAsync(scene, artifact, "a");
        File.Copy(point.Location, scene.Artifact, overwrite: true);
        File.WriteAllText(Path.Combine(scene.Folder, ".sampleapp.0.new"), "torn");
        await SwapAsync(scene, artifact, "a");
        Assert.Equal(artifact.Sha256, await FileHash.ComputeAsync(scene.Artifact, CancellationToken.None));
        Assert.False(File.Exists(Path.Combine(scene.Folder, ".sampleapp.0.new")));
    }

    private static async Task<AppArtifact> FetchAsync(ProcessScene scene, string version, string? destination = null)
    {
        using var fetcher = new ArtifactFetcher();
        var request = new ArtifactRequest { Version = AppVersion.Parse(version), Edition = "standard", BaseUrl = await SampleApps.FolderAsync(), Destination = destination ?? Path.Combine(scene.Folder, ".upgrademodule", "artifacts") };
        return await fetcher.FetchAsync(scene.Context.Spec, request, scene.Told, CancellationToken.None);
    }

    private static Task<ReturnPoint> SwapAsync(ProcessScene scene, AppArtifact artifact, string label) => scene.Host.SwapAsync(scene.Context, new InstallSource { Version = artifact.Version, Artifact = artifact }, label, CancellationToken.None);

    private static string Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
