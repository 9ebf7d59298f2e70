using NSubstitute;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Deployments.Docker;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Tests.Deployments.Docker;

/// <summary>What is known of a kept container that somebody else may remove.</summary>
public class KeptContainerTests
{
    private readonly IContainerEngine _engine = Substitute.For<IContainerEngine>();

    [Fact]
    public async Task What_is_kept_names_its_image_by_digest_and_id()
    {
        var kept = ContainerNames.Kept("web", "label");
        Has("web", new ContainerInspect { Id = "2", Name = "/web", Config = new ContainerConfig { Image = "app:2", Labels = new Dictionary<string, string> { [ContainerLabels.Swap] = "label" } } });
        Has(kept, new ContainerInspect { Id = "1", Name = "/" + kept, Image = "sha256:11", Config = new ContainerConfig { Image = "app:1" } });
        _engine.InspectImageAsync("sha256:11", default).ReturnsForAnyArgs(new ImageInspect { Id = "sha256:11", RepoDigests = ["app@sha256:aa"] });

        var point = await Swapper.SwapAsync(new AppImage { Reference = "app:2" }, "label", AppVersion.Parse("1.0.0"), default);

        Assert.Equal("app@sha256:aa", point.Data["image"]);
        Assert.Equal("sha256:11", point.Data["imageId"]);
    }

    [Fact]
    public async Task A_kept_container_that_is_gone_is_told_with_what_takes_it_and_with_its_image()
    {
        _engine.FindContainerAsync(default!, default).ReturnsForAnyArgs((ContainerInspect?)null);
        var point = new ReturnPoint { Kind = "Container", Location = "web.kept", Data = new Dictionary<string, string> { ["id"] = "1", ["label"] = "label", ["image"] = "app@sha256:aa" } };

        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Swapper.UndoAsync(point, default));

        Assert.Equal("ArtifactSwapFailed", failure.ErrorId);
        Assert.Contains("docker system prune", failure.Message, StringComparison.Ordinal);
        Assert.Contains("app@sha256:aa", failure.Remedy, StringComparison.Ordinal);
    }

    private ContainerSwapper Swapper => new(_engine, new DeploymentContext { Deployment = new AppDeployment { Name = "app", Settings = new AppHostSettings { Container = "web" } }, Spec = new AppSpec { Name = "sample" } }, "web");

    private void Has(string name, ContainerInspect container) => _engine.FindContainerAsync(name, Arg.Any<CancellationToken>()).Returns(container);
}
