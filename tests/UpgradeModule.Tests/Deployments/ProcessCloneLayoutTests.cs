using UpgradeModule.Engine.Deployments.Processes;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments;

/// <summary>Where a clone's files lie and what its command names.</summary>
public class ProcessCloneLayoutTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_command_that_names_the_artifact_by_its_full_path_leads_to_the_copy(bool inside)
    {
        await using var scene = await ProcessScene.CreateAsync();
        using var elsewhere = new TempFolder();
        scene.With(settings => settings with { Command = scene.Artifact, Arguments = ["--file", scene.Artifact], WorkingDirectory = inside ? scene.Folder : elsewhere.Path });
        var folder = Path.Combine(scene.Folder, ".upgrademodule", "clone");
        Directory.CreateDirectory(folder);

        var (settings, copied) = ProcessCloneLayout.Make(scene.Context, folder, [], [], CancellationToken.None);

        Assert.Equal(Path.Combine(folder, inside ? "app" : "artifact", Path.GetFileName(scene.Artifact)), settings.ArtifactPath);
        Assert.True(File.Exists(settings.ArtifactPath));
        Assert.Equal(settings.ArtifactPath, settings.Command);
        Assert.Equal(["--file", settings.ArtifactPath!], settings.Arguments);
        Assert.Equal(inside ? scene.Folder : elsewhere.Path, copied);
    }
}
