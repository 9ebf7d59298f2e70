using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments;

public class ArtifactStagingTests
{
    [Fact]
    public async Task A_swap_of_what_lies_ready_is_a_rename_and_leaves_nothing_behind()
    {
        await using var scene = await ProcessScene.CreateAsync();
        var source = await FetchAsync(scene, "1.1.0");
        var staged = source.Artifact!.Path;
        Assert.NotEqual(scene.Artifact, staged);
        if (!OperatingSystem.IsWindows()) Assert.Equal(File.GetUnixFileMode(scene.Artifact), File.GetUnixFileMode(staged));
        var file = Identity(staged);

        var point = await scene.Host.SwapAsync(scene.Context, source, "a", CancellationToken.None);

        Assert.Equal(file, Identity(scene.Artifact));
        Assert.False(File.Exists(staged));
        Assert.False(Directory.Exists(Path.GetDirectoryName(staged)));
        Assert.Equal("1.1.0", (await scene.Host.ReadInstalledVersionAsync(scene.Context, CancellationToken.None))?.Text);
        Assert.Equal(point.Location, (await scene.Host.SwapAsync(scene.Context, source, "a", CancellationToken.None)).Location);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(scene.Folder, ".upgrademodule", "artifacts"), "sampleapp*").Where(path => !path.EndsWith(".sha256", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_lies_ready_of_a_run_that_came_to_nothing_is_used_by_the_next()
    {
        await using var scene = await ProcessScene.CreateAsync();
        await FetchAsync(scene, "1.1.0");
        var again = await FetchAsync(scene, "1.1.0", baseUrl: "http://127.0.0.1:1");
        Assert.True(again.Artifact!.Cached);
        await scene.Host.SwapAsync(scene.Context, again, "a", CancellationToken.None);
        Assert.Equal("1.1.0", (await scene.Host.ReadInstalledVersionAsync(scene.Context, CancellationToken.None))?.Text);
    }

    [Fact]
    public async Task What_was_taken_back_need_not_be_fetched_again()
    {
        await using var scene = await ProcessScene.CreateAsync();
        var old = await FileHash.ComputeAsync(scene.Artifact, CancellationToken.None);
        var point = await scene.Host.SwapAsync(scene.Context, await FetchAsync(scene, "1.1.0"), "a", CancellationToken.None);
        for (var i = 0; i < 2; i++)
        {
            await scene.Host.UndoSwapAsync(scene.Context, point, CancellationToken.None);
            Assert.Equal(old, await FileHash.ComputeAsync(scene.Artifact, CancellationToken.None));
        }

        var again = await FetchAsync(scene, "1.1.0", baseUrl: "http://127.0.0.1:1");
        Assert.True(again.Artifact!.Cached);
        await scene.Host.SwapAsync(scene.Context, again, "b", CancellationToken.None);
        Assert.Equal("1.1.0", (await scene.Host.ReadInstalledVersionAsync(scene.Context, CancellationToken.None))?.Text);
    }

    [Fact]
    public async Task What_was_damaged_while_it_lay_ready_is_fetched_again()
    {
        await using var scene = await ProcessScene.CreateAsync();
        var source = await FetchAsync(scene, "1.1.0");
        await File.AppendAllTextAsync(source.Artifact!.Path, "x");
        var again = await FetchAsync(scene, "1.1.0");
        Assert.Equal(source.Artifact.Sha256, again.Artifact!.Sha256);
        Assert.Equal(again.Artifact.Sha256, await FileHash.ComputeAsync(again.Artifact.Path, CancellationToken.None));
    }

    [SkippableFact]
    public async Task Behind_a_link_to_another_disk_it_lies_ready_beside_the_file_itself()
    {
        using var disk = new SmallDisk((int)((new FileInfo(await SampleApps.FileAsync("1.1.0")).Length * 3) >> 20) + 4);
        disk.Require();
        await using var scene = await ProcessScene.CreateAsync();
        var file = Path.Combine(disk.Path, "sampleapp");
        File.Move(scene.Artifact, file);
        File.CreateSymbolicLink(scene.Artifact, file);

        var source = await FetchAsync(scene, "1.1.0");
        Assert.Equal(disk.Path, Path.GetDirectoryName(source.Artifact!.Path));
        var ready = Identity(source.Artifact.Path);
        await scene.Host.SwapAsync(scene.Context, source, "a", CancellationToken.None);

        Assert.Equal(ready, Identity(file));
        Assert.NotNull(new FileInfo(scene.Artifact).LinkTarget);
        Assert.Single(Directory.EnumerateFiles(disk.Path));
    }

    private static async Task<InstallSource> FetchAsync(ProcessScene scene, string version, string? baseUrl = null) =>
        await scene.Host.FetchAsync(scene.Context, new SourceRequest { Version = AppVersion.Parse(version), Edition = "standard", BaseUrl = baseUrl ?? await SampleApps.FolderAsync() }, CancellationToken.None);

    // The file itself, whatever its name: on Unix its inode.
    private static string Identity(string path)
    {
        if (OperatingSystem.IsWindows()) return File.GetCreationTimeUtc(path).Ticks.ToString(System.Globalization.CultureInfo.InvariantCulture);
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat", ["-L", "-c", "%d:%i", path]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return output;
    }
}
