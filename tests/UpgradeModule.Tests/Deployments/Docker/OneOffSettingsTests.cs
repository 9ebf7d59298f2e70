using NSubstitute;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Deployments.Docker;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Tests.Deployments.Docker;

/// <summary>What a command that goes past the image's entrypoint is given.</summary>
public class OneOffSettingsTests
{
    private static readonly string[] Given = ["DB_FILE=/data/app.db", "DB_PASS_FILE=/run/secrets/pass", "KEY_FILE=/run/secrets/key", "KEY=own"];

    [Fact]
    public void What_was_read_of_files_takes_the_place_of_settings_that_only_the_entrypoint_knows() =>
        Assert.Equal(["DB_FILE=/data/app.db", "DB_PASS=from the file", "KEY_FILE=/run/secrets/key", "KEY=own"], Environment("/app/app.jar"));

    [Fact]
    public void The_entrypoint_itself_is_given_what_it_always_is() => Assert.Equal(Given, Environment(null));

    private static IReadOnlyList<string>? Environment(string? artifact)
    {
        var spec = new AppSpec { Name = "sample", Image = new ImageSpec { Artifact = artifact }, Settings = new SettingsSpec { FileSuffix = "_FILE" } };
        var context = new DeploymentContext { Deployment = new AppDeployment { Name = "app", Settings = new AppHostSettings { Container = "web" } }, Spec = spec };
        var settings = new AppSettings();
        settings.Set("DB_PASS", "from the file", "/run/secrets/pass");
        settings.Set("KEY", "own", "container web");
        var container = new ContainerInspect { Id = "1", Config = new ContainerConfig { Env = Given, Image = "app:1" } };
        var command = new OneOffCommand { Command = ["java", "-jar", "{artifact}", "migrate"], Purpose = "migrating" };
        return OneOffContainer.Request(new DockerDeployment(Substitute.For<IContainerEngine>(), context), container, command, settings).Config.Env;
    }
}
