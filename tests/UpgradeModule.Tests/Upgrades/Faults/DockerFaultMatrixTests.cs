using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Tests.Deployments.Docker.Live;
using UpgradeModule.Tests.Support;
using Xunit.Abstractions;

namespace UpgradeModule.Tests.Upgrades.Faults;

/// <summary>The fault matrix of a container with its database in another; see <see cref="FaultMatrixTests"/>.</summary>
[Collection("Containers")]
public sealed class DockerFaultMatrixTests(ContainerEngineFixture docker, ITestOutputHelper output)
{
    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData("resume")]
    [InlineData("undo")]
    public async Task Docker_and_PostgreSQL(string verb)
    {
        docker.Require();
        await using var postgres = await NeighbourPostgres.StartAsync(docker.Engine, docker.Images);
        await new FaultMatrix(output).ActionsAsync("docker-postgres", verb, () => DockerFaultScene.StartAsync(docker, postgres));
    }

    [SkippableFact]
    public async Task A_container_that_was_being_swapped_is_finished_with_every_row()
    {
        docker.Require();
        await using var postgres = await NeighbourPostgres.StartAsync(docker.Engine, docker.Images);
        await using var scene = await DockerFaultScene.StartAsync(docker, postgres);

        var report = await FaultCell.RunAsync(scene, "resume", "Swap@1.1.0", FaultMoment.Effect);

        Assert.True(report.Problem is null, report.ToString());
    }
}
