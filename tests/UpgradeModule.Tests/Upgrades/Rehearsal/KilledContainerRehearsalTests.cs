using UpgradeModule.Tests.Deployments.Docker.Live;
using UpgradeModule.Tests.Support;
using UpgradeModule.Tests.Upgrades.Faults;

namespace UpgradeModule.Tests.Upgrades.Rehearsal;

/// <summary>Rehearsals of containers whose process is really killed.</summary>
[Collection("Containers")]
public class KilledContainerRehearsalTests(ContainerEngineFixture docker)
{
    [SkippableTheory]
    [Trait("Category", "Long")]
    [InlineData("network")]
    [InlineData("server")]
    [InlineData("clone")]
    [InlineData("swapped")]
    public async Task What_a_rehearsal_of_a_container_leaves_that_is_killed_at_any_moment_is_removed_by_the_next_one(string moment)
    {
        docker.Require();
        Skip.IfNot(Environment.IsPrivilegedProcess, "Only root can enter a container's network.");
        await using var postgres = await NeighbourPostgres.StartAsync(docker.Engine, docker.Images);
        await using var scene = await DockerFaultScene.StartAsync(docker, postgres);

        var left = await KilledRehearsalTests.KillAsync(
            scene,
            async one =>
            {
                var containers = await one.ContainersAsync();
                return moment switch
                {
                    "network" => containers.Any(name => name.StartsWith("container", StringComparison.Ordinal)),
                    "server" => one.Folders("um-server-").Count > 0,
                    "clone" => containers.Count(name => name.StartsWith("container", StringComparison.Ordinal)) > 1,
                    _ => containers.Count(name => name.StartsWith("container", StringComparison.Ordinal)) > 2,
                };
            },
            process => new LeftBehind(process, scene.Folder, docker.Engine));

        await KilledRehearsalTests.FinishAsync(scene, [left]);
    }
}
