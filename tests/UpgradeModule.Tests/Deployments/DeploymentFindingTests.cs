using NSubstitute;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments;

public sealed class DeploymentFindingTests : IDisposable
{
    private readonly DeploymentScene _scene = new();

    public DeploymentFindingTests() => _scene.Definitions.ListAsync(default).ReturnsForAnyArgs([new AppDefinition { Name = "app" }]);

    [Fact]
    public async Task What_every_host_finds_is_given_under_names_that_are_free()
    {
        await _scene.Store.SaveDeploymentAsync(new AppDeployment { Name = "web", App = "app" }, replace: false, default);
        Add(AppHostKind.Docker, Found("web", new AppHostSettings { Container = "one" }), Found("web", new AppHostSettings { Container = "two" }));
        Add(AppHostKind.Systemd, Found("other", new AppHostSettings { Unit = "web.service" }));

        var found = await FindAsync(new FindQuery());

        Assert.Equal(["web-2", "web-3", "other"], found.Select(one => one.Name));
        Assert.All(found, one => Assert.False(one.Stored));
    }

    [Fact]
    public async Task What_is_registered_is_not_found_again()
    {
        await _scene.Store.SaveDeploymentAsync(Found("mine", new AppHostSettings { Container = "one" }) with { HostKind = AppHostKind.Docker }, replace: false, default);
        Add(AppHostKind.Docker, Found("one", new AppHostSettings { Container = "one" }), Found("two", new AppHostSettings { Container = "two" }));
        Assert.Equal(["two"], (await FindAsync(new FindQuery())).Select(one => one.Name));
        Assert.Contains(_scene.Operation.Verboses, line => line.Contains("'mine'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_that_can_not_look_is_told_and_the_others_look_on()
    {
        var broken = Substitute.For<IAppHost>();
        broken.Kind.Returns(AppHostKind.Docker);
        broken.FindAsync(default!, default!, default).ReturnsForAnyArgs(_ => Failing());
        _scene.AllHosts.Add(broken);
        Add(AppHostKind.Systemd, Found("web", new AppHostSettings { Unit = "web.service" }));
        Assert.Single(await FindAsync(new FindQuery()));
        Assert.Contains(_scene.Operation.Warnings, warning => warning.Contains("Docker", StringComparison.Ordinal) && warning.Contains("no engine", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_the_host_kinds_and_applications_that_are_asked_for_are_looked_for()
    {
        var docker = Add(AppHostKind.Docker, Found("one", new AppHostSettings { Container = "one" }));
        var systemd = Add(AppHostKind.Systemd, Found("web", new AppHostSettings { Unit = "web.service" }));
        var own = _scene.File("own.json");

        var found = Assert.Single(await FindAsync(new FindQuery { Apps = [own], HostKinds = [AppHostKind.Docker], DockerHost = "context:other" }));

        Assert.Equal(own, found.DefinitionPath);
        systemd.DidNotReceiveWithAnyArgs().FindAsync(default!, default!, default);
        docker.Received().FindAsync(Arg.Is<IReadOnlyList<AppSpec>>(specs => specs.Count == 1), Arg.Is<FindRequest>(request => request.DockerHost == "context:other"), Arg.Any<CancellationToken>());
    }

    [SkippableFact]
    public async Task A_process_is_found_by_its_file_and_what_was_found_runs_again()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Other systems don't tell a process's directory.");
        await using var scene = await ProcessScene.CreateAsync();
        await scene.StartAsync();
        var spec = SampleApps.Spec with { Artifact = SampleApps.Spec.Artifact! with { FileName = Path.GetFileName(scene.Artifact) } };

        var found = new List<AppDeployment>();
        await foreach (var one in scene.Host.FindAsync([spec], new FindRequest { Operation = scene.Told }, CancellationToken.None)) found.Add(one);

        var mine = Assert.Single(found, one => one.Settings.ArtifactPath == scene.Artifact);
        Assert.Equal("{artifact}", mine.Settings.Command);
        Assert.Equal(AppHostKind.Process, mine.HostKind);
        Assert.Contains(scene.Told.Warnings, warning => warning.Contains("SAMPLEAPP_PORT", StringComparison.Ordinal) && warning.Contains("-EnvironmentFile", StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task Nobody_is_told_how_to_register_a_process_that_is_registered()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Other systems don't tell a process's directory.");
        await using var scene = await ProcessScene.CreateAsync();
        await scene.StartAsync();
        var spec = SampleApps.Spec with { Artifact = SampleApps.Spec.Artifact! with { FileName = Path.GetFileName(scene.Artifact) } };

        var found = new List<AppDeployment>();
        var request = new FindRequest { Operation = scene.Told, IsKnown = one => one.Settings.ArtifactPath == scene.Artifact };
        await foreach (var one in scene.Host.FindAsync([spec], request, CancellationToken.None)) found.Add(one);

        Assert.Contains(found, one => one.Settings.ArtifactPath == scene.Artifact);
        Assert.DoesNotContain(scene.Told.Warnings, warning => warning.Contains(scene.Artifact, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_kind_is_told_what_is_registered()
    {
        var settings = new AppHostSettings { ArtifactPath = "/srv/app.jar" };
        await _scene.Store.SaveDeploymentAsync(Found("one", settings) with { HostKind = AppHostKind.Process }, replace: false, default);
        var host = Add(AppHostKind.Process);
        await FindAsync(new FindQuery());
        var asked = (FindRequest)Assert.Single(host.ReceivedCalls(), call => call.GetMethodInfo().Name == nameof(IAppHost.FindAsync)).GetArguments()[1]!;
        Assert.True(asked.IsKnown(Found("other", settings) with { HostKind = AppHostKind.Process }));
        Assert.False(asked.IsKnown(Found("one", new AppHostSettings { ArtifactPath = "/srv/b.jar" }) with { HostKind = AppHostKind.Process }));
        Assert.False(asked.IsKnown(Found("one", settings) with { HostKind = AppHostKind.Docker }));
    }

    public void Dispose() => _scene.Dispose();

    private static AppDeployment Found(string name, AppHostSettings settings) => new() { Name = name, App = "app", Edition = "oss", Settings = settings };

    private static async IAsyncEnumerable<AppDeployment> Failing()
    {
        await Task.Yield();
        throw new UpgradeException("ContainerEngineUnreachable", UpgradeErrorCategory.ConnectionError, "docker", "There is no engine.", "no engine: start it.");
#pragma warning disable CS0162 // An iterator needs a yield.
        yield break;
#pragma warning restore CS0162
    }

    private IAppHost Add(AppHostKind kind, params AppDeployment[] found)
    {
        var host = Substitute.For<IAppHost>();
        host.Kind.Returns(kind);
        host.FindAsync(default!, default!, default).ReturnsForAnyArgs(_ => found.Select(one => one with { HostKind = kind }).ToAsync());
        _scene.AllHosts.Add(host);
        return host;
    }

    private async Task<List<AppDeployment>> FindAsync(FindQuery query)
    {
        var found = new List<AppDeployment>();
        await foreach (var one in _scene.Service.FindAsync(query, _scene.Operation, default)) found.Add(one);
        return found;
    }
}
