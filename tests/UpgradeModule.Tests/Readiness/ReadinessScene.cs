using System.Net;
using NSubstitute;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Deployments.Files;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Readiness;

/// <summary>A deployment that is ready in every respect; each test spoils one.</summary>
internal sealed class ReadinessScene : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly IAppDatabase _database = Substitute.For<IAppDatabase>();

    public ReadinessScene()
    {
        File.WriteAllText(_folder.File("app.jar"), "an artifact");
        Deployment = new AppDeployment
        {
            Name = "app",
            App = "sample",
            Edition = "standard",
            Version = V("1.0.0"),
            Database = new DatabaseTarget { Engine = DatabaseEngine.Postgres, Server = "db", Name = "app" },
            Settings = new AppHostSettings { ArtifactPath = _folder.File("app.jar"), Command = "/opt/app" },
            BackupPath = _folder.File("backups"),
            Url = "http://localhost:1",
        };
        Host.GetServiceAsync(default!, default).ReturnsForAnyArgs(_ => Service);
        Host.ReadSettingsAsync(default!, default).ReturnsForAnyArgs(_ => Settings);
        var files = new FileSources(Artifacts, async (address, _) => (await Head(address), Length));
        Host.CheckSourceAsync(default!, default!, default).ReturnsForAnyArgs(call => files.CheckAsync(call.Arg<DeploymentContext>(), call.Arg<SourceRequest>(), call.Arg<CancellationToken>()));
        Host.FindJavaAsync(default!, default!, default).ReturnsForAnyArgs(_ => Deployment.Settings.Command is { } command && System.IO.Path.GetFileName(command) == "java" ? command : null);
        Host.CheckRightsAsync(default!, default).ReturnsForAnyArgs(_ => Rights);
        Host.LockAsync(default!, default!, default).ReturnsForAnyArgs(_ => Substitute.For<IAsyncDisposable>());
        Prober.ProbeAsync(default!, default, default, default).ReturnsForAnyArgs(_ => Health);
        Migrations.ReadAsync(default!, default!, default).ReturnsForAnyArgs(_ => Migration);
        Migrations.ListAsync(default!, default!, default).ReturnsForAnyArgs(_ => Ran);
        _database.InspectAsync(default).ReturnsForAnyArgs(_ => Facts is { } facts ? Task.FromResult(facts) : Task.FromException<DatabaseFacts>(Unreachable));
    }

    public static UpgradeException Unreachable { get; } = new("DatabaseUnreachable", UpgradeErrorCategory.ConnectionError, "db", "The server db does not answer.", "Start it.");

    public RightsCheck Rights { get; set; } = RightsCheck.Enough;

    public IAppHost Host { get; } = Substitute.For<IAppHost>();

    /// <summary>A host of another kind, in place of the one that only pretends.</summary>
    public IAppHost? OtherHost { get; set; }

    public IHealthProber Prober { get; } = Substitute.For<IHealthProber>();

    public IMigrationReader Migrations { get; } = Substitute.For<IMigrationReader>();

    public IArtifactFetcher Artifacts { get; } = Substitute.For<IArtifactFetcher>();

    public IUpgradePathPlanner Planner { get; } = Substitute.For<IUpgradePathPlanner>();

    public AppDeployment Deployment { get; set; }

    public AppSettings Settings { get; } = new();

    public AppService Service { get; set; } = new() { Status = AppServiceStatus.Running, ProcessId = 42 };

    public HealthReport Health { get; set; } = new() { Health = AppHealth.Healthy };

    public DatabaseFacts? Facts { get; set; } = new() { Exists = true, EngineVersion = "15.4", Size = 1000, CanProve = true };

    public MigrationState Migration { get; set; } = new();

    public IReadOnlyList<MigrationEntry> Ran { get; set; } = [new MigrationEntry { Name = "1" }];

    public Func<AppDeployment, AppDeployment> Seen { get; set; } = deployment => deployment;

    public Func<string, long?> Free { get; set; } = _ => long.MaxValue;

    public Func<Uri, Task<HttpStatusCode>> Head { get; set; } = _ => Task.FromResult(HttpStatusCode.OK);

    /// <summary>How many bytes the addresses say that their files have.</summary>
    public long? Length { get; set; }

    public KeyMemory? LastKey { get; set; }

    public ReadinessRequest Request { get; set; } = new();

    public UpgradePath? Path { get; set; } = PathTo("1.1.0");

    public AppSpec Spec { get; set; } = new()
    {
        Name = "sample",
        DisplayName = "Sample",
        Editions = [new EditionSpec { Id = "standard", Default = true }],
        Artifact = new ArtifactSpec { FileName = "app.jar", BaseUrl = "https://dl.example", Urls = new Dictionary<string, string> { ["standard"] = "{base}/{version}/app.jar" } },
        Migrations = new MigrationSpec { Kind = "liquibase", LockTable = "lock" },
        Settings = new SettingsSpec { Database = new DatabaseSettingsSpec(), EncryptionKey = "APP_KEY", Port = "APP_PORT" },
    };

    public string Folder => _folder.Path;

    public static AppVersion V(string text) => AppVersion.Parse(text);

    public static UpgradePath PathTo(string to, params RuntimeRequirement[] needs) => new()
    {
        App = "sample",
        From = V("1.0.0"),
        To = V(to),
        Stops = [new UpgradeStop { Order = 1, From = V("1.0.0"), To = V(to), Edition = "standard", Requirements = needs }],
    };

    public Task<ReadinessResult> CheckAsync(CancellationToken cancellationToken = default) => Make().CheckAsync(
        new DeploymentContext { Deployment = Deployment, Spec = Spec },
        Request with { Path = Path },
        cancellationToken);

    public ReadinessService Make(params IReadinessCheck[] checks) => new(
        new ReadinessServices
        {
            Hosts = _ => OtherHost ?? Host,
            OpenDatabase = (_, _) => Task.FromResult(_database),
            Prober = Prober,
            Planner = Planner,
            Migrations = Migrations,
            Artifacts = Artifacts,
            Inspect = (context, _) => Task.FromResult(Seen(context.Deployment)),
            UsualBackupFolder = _folder.File("usual"),
            FreeSpace = folder => Free(folder),
            LastKey = (_, _, _) => Task.FromResult(LastKey),
        },
        checks.Length == 0 ? null : checks);

    public void Dispose() => _folder.Dispose();
}
