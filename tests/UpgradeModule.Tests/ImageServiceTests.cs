using NSubstitute;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests;

public class ImageServiceTests
{
    private readonly IAppHost _host = Substitute.For<IAppHost>();
    private readonly IReadinessService _swaps = Substitute.For<IReadinessService>();
    private readonly RecordingOperation _told = new();
    private readonly AppSpec _spec = new()
    {
        Name = "app",
        DisplayName = "The app",
        Versions = new VersionSpec { Scheme = "licensed", Tag = "v{version}", EditionPrefixes = new Dictionary<string, string> { ["oss"] = "0", ["ee"] = "1" } },
        Editions = [new EditionSpec { Id = "oss", Default = true }, new EditionSpec { Id = "ee" }],
    };
    private readonly List<(DeploymentContext Context, SourceRequest Request)> _fetched = [];

    public ImageServiceTests()
    {
        _host.Kind.Returns(AppHostKind.Docker);
        _swaps.CheckAsync(default!, default!, default).ReturnsForAnyArgs(_ => new ReadinessResult { Deployment = Context.Deployment, Ready = Blockers.Count == 0, Blockers = Blockers });
        _host.FetchAsync(default!, default!, default).ReturnsForAnyArgs(call =>
        {
            var request = call.Arg<SourceRequest>();
            _fetched.Add((call.Arg<DeploymentContext>(), request));
            return new InstallSource { Version = request.Version, Edition = request.Edition, Image = new AppImage { App = "app", Version = request.Version, Digest = "repo@sha256:1" } };
        });
        _host.GetServiceAsync(default!, default).ReturnsForAnyArgs(_ => new AppService { Status = Status });
        _host.ReadInstalledVersionAsync(default!, default).ReturnsForAnyArgs(AppVersion.Parse("0.49.0"));
        _host.SwapAsync(default!, default!, default!, default).ReturnsForAnyArgs(new ReturnPoint { Kind = "Container", Location = "web.kept-1" });
    }

    private IReadOnlyList<Blocker> Blockers { get; set; } = [];

    private AppServiceStatus Status { get; set; } = AppServiceStatus.Stopped;

    private DeploymentContext Context => new() { Spec = _spec, Operation = _told, Deployment = new AppDeployment { Name = "web", App = "app", Edition = "oss", HostKind = AppHostKind.Docker, Settings = new AppHostSettings { Container = "web" } } };

    [Fact]
    public async Task An_image_is_saved_for_no_container_on_the_engine_that_was_named_with_the_log_in_that_was_given()
    {
        var credential = new RegistryCredential("me", "secret");
        var image = await Service().SaveAsync("app", new SourceRequest { Version = AppVersion.Parse("0.50.1"), Registry = "mirror:5000", RegistryCredential = credential }, "context:other", _told, default);
        var (context, request) = Assert.Single(_fetched);
        Assert.Equal("repo@sha256:1", image.Digest);
        Assert.Equal("context:other", context.Deployment.Settings.DockerHost);
        Assert.Null(context.Deployment.Settings.Container);
        Assert.Equal("oss", request.Edition);
        Assert.Equal("mirror:5000", request.Registry);
        Assert.Same(credential, request.RegistryCredential);
    }

    [Fact]
    public async Task A_container_is_recreated_under_its_lock_and_what_is_kept_is_told_with_the_way_to_drop_it()
    {
        var after = await Service().UpdateAsync(Context, new SourceRequest { Version = AppVersion.Parse("0.50.1") }, default);
        Assert.Equal("0.50.1", after.Version!.Text);
        await _host.ReceivedWithAnyArgs(1).LockAsync(default!, default!, default);
        Assert.Contains(_told.Warnings, warning => warning.Contains("docker rm web.kept-1", StringComparison.Ordinal) && warning.Contains("0.49.0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_running_service_is_not_touched_and_nothing_is_pulled()
    {
        Status = AppServiceStatus.Running;
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Service().UpdateAsync(Context, new SourceRequest { Version = AppVersion.Parse("0.50.1") }, default));
        Assert.Equal("ServiceRunning", failure.ErrorId);
        Assert.Empty(_fetched);
    }

    [Fact]
    public async Task A_container_that_somebody_else_makes_is_not_replaced_by_hand_either()
    {
        Blockers = [new Blocker { Check = "OwnedByCompose", Message = "It is Compose's.", Remedy = "Change its file." }, new Blocker { Check = "AutoUpdater", Message = "Another." }];
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Service().UpdateAsync(Context, new SourceRequest { Version = AppVersion.Parse("0.50.1") }, default));
        Assert.Equal("NotReady", failure.ErrorId);
        Assert.Contains("OwnedByCompose: It is Compose's.", failure.Message);
        Assert.Contains("Change its file.", failure.Remedy);
        Assert.Empty(_fetched);
        await _host.DidNotReceiveWithAnyArgs().SwapAsync(default!, default!, default!, default);
    }

    [Fact]
    public void What_keeps_an_upgrade_from_replacing_a_container_keeps_a_swap_by_hand_from_it() =>
        Assert.Equal(["OwnedByCompose", "OwnedBySwarm", "RemovedWhenStopped", "AutoUpdater", "DataInContainer", "ImagePresent"], ReadinessChecks.OfSwap.Select(check => check.Name));

    [Theory]
    [InlineData("EE", "0.50.36", "ee", "1.50.36")]
    [InlineData("ee", "1.50.36", "ee", "1.50.36")]
    [InlineData("", "1.50.36", "ee", "1.50.36")]
    [InlineData("", "0.50.36", "oss", "0.50.36")]
    public async Task The_edition_is_found_however_it_is_written_and_the_version_is_written_as_it_does(string given, string wanted, string edition, string version)
    {
        var after = await Service().UpdateAsync(Context, new SourceRequest { Version = AppVersion.Parse(wanted), Edition = given }, default);
        var request = Assert.Single(_fetched).Request;
        Assert.Equal((edition, version), (request.Edition, request.Version.Text));
        Assert.Equal((edition, version), (after.Edition, after.Version!.Text));
    }

    [Fact]
    public async Task A_version_of_another_edition_than_the_one_that_is_named_is_refused()
    {
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Service().UpdateAsync(Context, new SourceRequest { Version = AppVersion.Parse("1.50.36"), Edition = "OSS" }, default));
        Assert.Equal("VersionInvalid", failure.ErrorId);
        Assert.Contains("0.50.36", failure.Remedy);
        Assert.Empty(_fetched);
    }

    [Fact]
    public async Task An_edition_that_there_is_not_is_no_other_one()
    {
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Service().UpdateAsync(Context, new SourceRequest { Version = AppVersion.Parse("0.50.1"), Edition = "pro" }, default));
        Assert.Equal("EditionNotFound", failure.ErrorId);
        Assert.Empty(_fetched);
    }

    [Fact]
    public async Task The_version_that_is_there_needs_nothing()
    {
        Status = AppServiceStatus.Running;
        var after = await Service().UpdateAsync(Context, new SourceRequest { Version = AppVersion.Parse("0.49.0") }, default);
        Assert.Equal("0.49.0", after.Version!.Text);
        await _host.DidNotReceiveWithAnyArgs().SwapAsync(default!, default!, default!, default);
    }

    [Fact]
    public async Task What_runs_from_a_file_has_no_image()
    {
        var context = Context with { Deployment = Context.Deployment with { HostKind = AppHostKind.Process } };
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => Service().UpdateAsync(context, new SourceRequest { Version = AppVersion.Parse("0.50.1") }, default));
        Assert.Equal("HostKindNotSupported", failure.ErrorId);
        Assert.Contains("Update-AppArtifact", failure.Message);
    }

    private ImageService Service()
    {
        var definitions = Substitute.For<IDefinitionCatalog>();
        definitions.GetAsync(default!, default).ReturnsForAnyArgs(_spec);
        return new ImageService(definitions, new AppHosts(_host), _swaps);
    }
}
