using NSubstitute;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.State;

namespace UpgradeModule.Tests.Deployments;

public sealed class DeploymentCreationTests : IDisposable
{
    private readonly DeploymentScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public async Task A_draft_is_completed()
    {
        var deployment = await _scene.CreateAsync(_scene.Draft());
        Assert.Equal(("app", "oss", "0.50.12", "http://127.0.0.1:3000"), (deployment.App, deployment.Edition, deployment.Version!.Text, deployment.Url));
        Assert.Equal(Path.Combine(_scene.Folder, "web.log"), deployment.Settings.LogPath);
        Assert.True(deployment.Database!.FromSettings);
        Assert.Equal("DB_URI", deployment.Database.Source);
        Assert.Null(deployment.DefinitionPath);
        Assert.False(deployment.Stored);
        Assert.Equal(["web"], _scene.Checked);
        Assert.Empty(await _scene.Store.ListDeploymentsAsync(default));
        Assert.False(File.Exists(_scene.Store.Path));
    }

    [Fact]
    public async Task Completing_it_again_changes_nothing()
    {
        var once = await _scene.CreateAsync(_scene.Draft() with { App = "defs/own.json" });
        var twice = await _scene.CreateAsync(once);
        Assert.Equal(ModelJson.Serialize(once), ModelJson.Serialize(twice));
        Assert.Equal(Path.GetFullPath("defs/own.json"), twice.DefinitionPath);
        Assert.Equal("app", twice.App);
    }

    [Theory]
    [InlineData("1.50.12", null, "", "ee")]
    [InlineData("0.50.12", "yes", "", "oss")]
    [InlineData(null, "yes", "", "ee")]
    [InlineData(null, "no", "", "oss")]
    [InlineData(null, null, "EE", "ee")]
    public async Task The_edition_is_the_given_one_else_told_by_version_settings_or_default(string? version, string? license, string given, string expected)
    {
        _scene.Installed = version is null ? null : AppVersion.Parse(version);
        if (license is not null) _scene.Settings.Set("LICENSE", license, "test");
        Assert.Equal(expected, (await _scene.CreateAsync(_scene.Draft() with { Edition = given })).Edition);
        Assert.Empty(_scene.Operation.Warnings);
    }

    [Fact]
    public async Task An_edition_that_the_version_contradicts_is_warned_of()
    {
        _scene.Installed = AppVersion.Parse("1.50.12");
        Assert.Equal("oss", (await _scene.CreateAsync(_scene.Draft() with { Edition = "oss" })).Edition);
        Assert.Single(_scene.Operation.Warnings);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../web")]
    [InlineData("a b")]
    [InlineData("wéb")]
    [InlineData(".web")]
    [InlineData("-web")]
    [InlineData("web.")]
    [InlineData("nul")]
    [InlineData("COM1.web")]
    [InlineData("a*")]
    [InlineData("a123456789012345678901234567890123456789012345678901234567890abcd")]
    public async Task A_name_that_no_file_system_takes_is_refused(string name) => await Refused("DeploymentInvalid", _scene.Draft(name));

    [Theory]
    [InlineData("a")]
    [InlineData("Web-1.example_org")]
    [InlineData("console")]
    public async Task Usual_names_are_taken(string name) => Assert.Equal(name, (await _scene.CreateAsync(_scene.Draft(name))).Name);

    [Fact]
    public async Task An_unknown_app_or_edition_is_refused()
    {
        await Refused("AppNotFound", _scene.Draft() with { App = "other" });
        await Refused("EditionNotFound", _scene.Draft() with { Edition = "pro" });
        await Refused("HostKindNotSupported", _scene.Draft() with { HostKind = AppHostKind.Heroku });
    }

    [Fact]
    public async Task What_is_missing_on_the_disk_is_named()
    {
        var none = Path.Combine(_scene.Folder, "none");
        Assert.Equal(none, (await Refused("ArtifactNotFound", With(settings => settings with { ArtifactPath = none }))).Target);
        Assert.Equal(none, (await Refused("EnvironmentFileNotFound", With(settings => settings with { EnvironmentFiles = [_scene.File("good.env"), none] }))).Target);
        Assert.Equal(_scene.Folder, (await Refused("EnvironmentFileNotFound", With(settings => settings with { EnvironmentFiles = [_scene.Folder] }))).Target);
        Assert.Equal(none, (await Refused("DeploymentInvalid", With(settings => settings with { WorkingDirectory = none }))).Target);
        await Refused("DeploymentInvalid", With(settings => settings with { ArtifactPath = null }));
        await Refused("DeploymentInvalid", With(settings => settings with { StopTimeout = TimeSpan.FromSeconds(-1) }));
    }

    [Theory]
    [InlineData("ftp://x")]
    [InlineData("localhost:3000")]
    [InlineData("x")]
    [InlineData("http://user:planted-secret@host")]
    public async Task An_address_that_is_none_is_refused_and_not_repeated(string url)
    {
        var failure = await Refused("DeploymentInvalid", _scene.Draft() with { Url = url });
        Assert.DoesNotContain("planted", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_comes_from_the_port_that_the_settings_name()
    {
        _scene.Settings.Set("PORT", "8080", "app.env");
        Assert.Equal("http://127.0.0.1:8080", (await _scene.CreateAsync(_scene.Draft())).Url);
        Assert.Equal("https://app.example.org/base", (await _scene.CreateAsync(_scene.Draft() with { Url = "https://app.example.org/base/" })).Url);
        _scene.Settings.Set("PORT", "many", "app.env");
        Assert.Contains("app.env", (await Refused("DeploymentInvalid", _scene.Draft())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_given_must_be_whole()
    {
        await Refused("DeploymentInvalid", _scene.Draft() with { Database = new DatabaseTarget { Engine = DatabaseEngine.Sqlite } });
        await Refused("DeploymentInvalid", _scene.Draft() with { Database = new DatabaseTarget { Engine = DatabaseEngine.Postgres, Server = "db" } });
        await Refused("DeploymentInvalid", _scene.Draft() with { Database = new DatabaseTarget { Engine = DatabaseEngine.Postgres, Name = "a", Port = 70000 } });
        var given = await _scene.CreateAsync(_scene.Draft() with { Database = new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = "app.db" } });
        Assert.Equal(Path.GetFullPath("app.db"), given.Database!.Path);
    }

    [Fact]
    public async Task An_app_without_a_database_needs_none()
    {
        _scene.Spec = _scene.Spec with { Settings = new SettingsSpec() };
        var deployment = await _scene.CreateAsync(_scene.Draft());
        Assert.Null(deployment.Database);
        Assert.Null(deployment.Url);
    }

    [Fact]
    public async Task A_command_that_can_not_be_run_is_refused()
    {
        _scene.Host.ClearReceivedCalls();
        var service = new UpgradeModule.Engine.DeploymentService(new()
        {
            Store = _scene.Store,
            Definitions = _scene.Definitions,
            AllHosts = () => [],
            Hosts = _ => _scene.Host,
            Prober = _scene.Prober,
            Databases = _scene.Databases,
            Migrations = _scene.Migrations,
            CheckCommand = _ => throw new UpgradeException("CommandNotFound", UpgradeErrorCategory.ObjectNotFound, "java", "not there"),
        });
        Assert.Equal("CommandNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => service.CreateAsync(_scene.Draft(), _scene.Operation, default))).ErrorId);
    }

    [Fact]
    public async Task A_registered_deployment_is_listed_found_and_removed()
    {
        var deployment = await _scene.CreateAsync(_scene.Draft());
        var registered = await _scene.Service.RegisterAsync(deployment with { Status = AppServiceStatus.Running, Latest = AppVersion.Parse("9") }, replace: false, default);
        Assert.True(registered.Stored);
        var found = await _scene.Service.GetAsync("WEB", default);
        Assert.Equal(ModelJson.Serialize(deployment with { Stored = true }), ModelJson.Serialize(found));
        Assert.Equal("DeploymentExists", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.RegisterAsync(deployment with { Name = "Web" }, replace: false, default))).ErrorId);
        await _scene.Service.RegisterAsync(deployment with { Url = "http://x" }, replace: true, default);
        Assert.Equal("http://x", Assert.Single(await _scene.Service.ListAsync(default)).Url);
        await _scene.Service.UnregisterAsync("weB", default);
        Assert.Equal("DeploymentNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.UnregisterAsync("web", default))).ErrorId);
        Assert.Equal("DeploymentNotFound", (await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.GetAsync("web", default))).ErrorId);
    }

    [Fact]
    public async Task An_unknown_name_is_answered_with_those_that_there_are()
    {
        await _scene.Service.RegisterAsync(await _scene.CreateAsync(_scene.Draft("one")), replace: false, default);
        await _scene.Service.RegisterAsync(await _scene.CreateAsync(_scene.Draft("two")), replace: false, default);
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => _scene.Service.GetAsync("three", default));
        Assert.Contains("one, two", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_secret_comes_into_the_record_or_the_store()
    {
        var deployment = await _scene.Service.RegisterAsync(await _scene.CreateAsync(_scene.Draft()), replace: false, default);
        Assert.DoesNotContain(DeploymentScene.Password, ModelJson.Serialize(deployment), StringComparison.Ordinal);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(_scene.Store.Path)!)) Assert.DoesNotContain(DeploymentScene.Password, File.ReadAllText(file, System.Text.Encoding.Latin1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deployment_is_opened_with_its_definition_and_log_ins()
    {
        var credential = new DatabaseCredential("app", "x");
        var context = await _scene.Service.OpenAsync(await _scene.CreateAsync(_scene.Draft()), _scene.Operation, credential, null, default);
        Assert.Same(_scene.Spec, context.Spec);
        Assert.Same(credential, context.Credential);
    }

    private AppDeployment With(Func<AppHostSettings, AppHostSettings> change) => _scene.Draft() is var draft ? draft with { Settings = change(draft.Settings) } : draft;

    private async Task<UpgradeException> Refused(string errorId, AppDeployment draft)
    {
        var failure = await Assert.ThrowsAsync<UpgradeException>(() => _scene.CreateAsync(draft));
        Assert.Equal(errorId, failure.ErrorId);
        return failure;
    }
}
