using NSubstitute;
using UpgradeModule.Engine;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.State;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Deployments;

/// <summary>Deployments of an app with two editions, whose host, answers and database only pretend.</summary>
internal sealed class DeploymentScene : IDisposable
{
    public const string Password = "planted-password-1122334455";

    private readonly TempFolder _folder = new();

    public DeploymentScene()
    {
        Settings.Set("DB_PASSWORD", Password, "test");
        Definitions.GetAsync(default!, default).ReturnsForAnyArgs(call => call.Arg<string>() is "app" or "APP" || call.Arg<string>().EndsWith("own.json", StringComparison.Ordinal)
            ? Spec
            : throw new UpgradeException("AppNotFound", UpgradeErrorCategory.ObjectNotFound, call.Arg<string>(), "no such app"));
        Definitions.ReleasesAsync(default!, default, default).ReturnsForAnyArgs(
        [
            new AppRelease { Version = AppVersion.Parse("0.52.0-beta"), PreRelease = true },
            new AppRelease { Version = AppVersion.Parse("0.51.9"), Status = ReleaseStatus.Withdrawn },
            new AppRelease { Version = AppVersion.Parse("0.51.3") },
            new AppRelease { Version = AppVersion.Parse("0.50.12") },
        ]);
        Host.GetServiceAsync(default!, default).ReturnsForAnyArgs(call => new AppService { Status = Status });
        Host.CompleteAsync(default!, default).ReturnsForAnyArgs(call => call.Arg<DeploymentContext>().Deployment);
        Host.ReadSettingsAsync(default!, default).ReturnsForAnyArgs(call => Settings);
        Host.ReadInstalledVersionAsync(default!, default).ReturnsForAnyArgs(call => Installed);
        Prober.ProbeAsync(default!, default, default, default).ReturnsForAnyArgs(call => Answer);
        Databases.ResolveAsync(default!, default!, default).ReturnsForAnyArgs(call => new DatabaseAccess
        {
            Target = call.Arg<DeploymentContext>().Deployment.Database ?? new DatabaseTarget { Engine = DatabaseEngine.Postgres, Server = "db", Name = "app", User = "app", FromSettings = true, Source = "DB_URI" },
            Credential = new DatabaseCredential("app", Password),
        });
        Databases.OpenAsync(default!, default!, default).ReturnsForAnyArgs(call => Database);
        Migrations.ReadAsync(default!, default!, default).ReturnsForAnyArgs(call => Migrated);
        Store = new StateStore(_folder.File("state/store.db"));
        Service = new DeploymentService(new DeploymentServices
        {
            Store = Store,
            Definitions = Definitions,
            Hosts = kind => kind == AppHostKind.Process ? Host : throw new UpgradeException("HostKindNotSupported", UpgradeErrorCategory.NotImplemented, kind, "not supported"),
            AllHosts = () => AllHosts,
            Prober = Prober,
            Databases = Databases,
            Migrations = Migrations,
            CheckCommand = context => Checked.Add(context.Deployment.Name),
        });
    }

    public AppSpec Spec { get; set; } = new()
    {
        Name = "app",
        DisplayName = "The app",
        Versions = new VersionSpec { Scheme = "licensed", EditionPrefixes = new Dictionary<string, string> { ["oss"] = "0", ["ee"] = "1" } },
        Editions = [new EditionSpec { Id = "oss", Default = true }, new EditionSpec { Id = "ee", Settings = new Dictionary<string, string> { ["LICENSE"] = "yes" } }],
        Artifact = new ArtifactSpec { FileName = "app.jar" },
        Settings = new SettingsSpec { Port = "PORT", DefaultPort = 3000, Database = new DatabaseSettingsSpec() },
        Migrations = new MigrationSpec { Kind = "liquibase" },
    };

    public string Folder => _folder.Path;

    public AppSettings Settings { get; } = new();

    public AppServiceStatus Status { get; set; } = AppServiceStatus.Running;

    public AppVersion? Installed { get; set; } = AppVersion.Parse("0.50.12");

    public HealthReport Answer { get; set; } = new() { Health = AppHealth.Healthy, Version = AppVersion.Parse("0.50.12") };

    public MigrationState Migrated { get; set; } = new() { Count = 377, Last = "v50.x", Major = 50 };

    public List<string> Checked { get; } = [];

    public IDefinitionCatalog Definitions { get; } = Substitute.For<IDefinitionCatalog>();

    public IAppHost Host { get; } = Substitute.For<IAppHost>();

    public List<IAppHost> AllHosts { get; } = [];

    public IHealthProber Prober { get; } = Substitute.For<IHealthProber>();

    public IDatabaseOpener Databases { get; } = Substitute.For<IDatabaseOpener>();

    public IMigrationReader Migrations { get; } = Substitute.For<IMigrationReader>();

    public FakeDatabase Database { get; } = new();

    public StateStore Store { get; }

    public DeploymentService Service { get; }

    public RecordingOperation Operation { get; } = new();

    public string File(string name, string content = "")
    {
        var path = _folder.File(name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    public AppDeployment Draft(string name = "web") => new() { Name = name, App = "APP", Settings = new AppHostSettings { ArtifactPath = File("app.jar") } };

    public Task<AppDeployment> CreateAsync(AppDeployment draft) => Service.CreateAsync(draft, Operation, default);

    public async Task<List<AppDeployment>> InspectAsync(IReadOnlyList<AppDeployment> deployments, TimeSpan? limit = null, CancellationToken cancellationToken = default)
    {
        var seen = new List<AppDeployment>();
        await foreach (var one in Service.InspectAsync(deployments, Operation, limit ?? TimeSpan.FromSeconds(5), cancellationToken)) seen.Add(one);
        return seen;
    }

    public async Task<AppDeployment> InspectAsync() => Assert.Single(await InspectAsync([new AppDeployment { Name = "web", App = "app", Edition = "oss" }]));

    public void Dispose() => _folder.Dispose();
}
