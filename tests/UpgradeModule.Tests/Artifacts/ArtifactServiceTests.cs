using NSubstitute;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Artifacts;

public class ArtifactServiceTests
{
    [Theory]
    [InlineData(AppHostKind.Docker)]
    [InlineData(AppHostKind.Compose)]
    [InlineData(AppHostKind.Swarm)]
    public async Task What_runs_in_a_container_has_no_file_to_swap(AppHostKind kind)
    {
        // Update-AppImage looks first whether Compose or another makes the container; a swap of a "file" would go by that.
        var host = Substitute.For<IAppHost>();
        host.Kind.Returns(kind);
        var service = new ArtifactService(Substitute.For<IDefinitionCatalog>(), Substitute.For<IArtifactFetcher>(), new AppHosts(host));
        var context = new DeploymentContext
        {
            Spec = new AppSpec { Name = "app", DisplayName = "The app", Editions = [new EditionSpec { Id = "oss", Default = true }] },
            Operation = new RecordingOperation(),
            Deployment = new AppDeployment { Name = "web", App = "app", Edition = "oss", HostKind = kind, Settings = new AppHostSettings { Container = "web" } },
        };
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => service.UpdateAsync(context, new ArtifactRequest { Version = AppVersion.Parse("0.50.1") }, default));
        Assert.Equal("HostKindNotSupported", failure.ErrorId);
        Assert.Contains("Update-AppImage", failure.Remedy);
        await host.DidNotReceiveWithAnyArgs().FetchAsync(default!, default!, default);
        await host.DidNotReceiveWithAnyArgs().SwapAsync(default!, default!, default!, default);
    }
}
