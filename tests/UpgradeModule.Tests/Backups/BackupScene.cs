using NSubstitute;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.State;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Backups;

/// <summary>A deployment with a database and a host that only pretend, and a real store and real folders.</summary>
internal sealed class BackupScene : IDisposable
{
    public const string Key = "planted-encryption-key-0123456789";

    public const string Password = "planted-password-9876543210";

    private readonly TempFolder _folder = new();

    public BackupScene()
    {
        Settings.Set("ENCRYPTION_KEY", Key, "test");
        Settings.Set("DB_PASSWORD", Password, "test");
        Host.GetServiceAsync(default!, default).ReturnsForAnyArgs(call => new AppService { Status = Status });
        Host.ReadSettingsAsync(default!, default).ReturnsForAnyArgs(call => Settings);
        Host.ReadInstalledVersionAsync(default!, default).ReturnsForAnyArgs(call => Installed);
        Host.LockAsync(default!, default!, default).ReturnsForAnyArgs(call =>
        {
            Database.Log.Add("host locked");
            return new Releaser(() => Database.Log.Add("host unlocked"));
        });
        Store = new StateStore(_folder.File("state/store.db"));
        Service = new BackupService(new BackupServices
        {
            Store = Store,
            Hosts = _ => Host,
            OpenDatabase = (_, _, _) => Task.FromResult(Real ?? Database),
            OpenThrowAway = (engine, _) => Task.FromResult<Engine.Databases.IAppDatabase>(ThrowAway),
            FreeSpace = _ => Free,
            NeededByRuns = (_, _, _) => Task.FromResult<IReadOnlyList<NeededBackup>>(Needed),
        });
        Context = new DeploymentContext
        {
            Deployment = new AppDeployment { Name = "web", App = "app", Edition = "oss", Version = AppVersion.Parse("1.0") },
            Spec = new AppSpec
            {
                Name = "app",
                DisplayName = "The app",
                Settings = new SettingsSpec { EncryptionKey = "ENCRYPTION_KEY" },
                Invariants = [new InvariantSpec { Name = "users", Sql = "SELECT count(*) FROM users" }, new InvariantSpec { Name = "later", Sql = "SELECT 1", From = "9.0" }],
            },
            Operation = Operation,
        };
    }

    public string Folder => _folder.Path;

    public string Destination => _folder.File("backups");

    public AppSettings Settings { get; set; } = new();

    public AppServiceStatus Status { get; set; } = AppServiceStatus.Stopped;

    public AppVersion? Installed { get; set; } = AppVersion.Parse("1.1");

    public long? Free { get; set; }

    public IAppHost Host { get; } = Substitute.For<IAppHost>();

    public FakeDatabase Database { get; set; } = new();

    /// <summary>A real database, in place of the one that pretends.</summary>
    public Engine.Databases.IAppDatabase? Real { get; set; }

    public List<NeededBackup> Needed { get; } = [];

    public FakeDatabase ThrowAway { get; set; } = new();

    public RecordingOperation Operation { get; } = new();

    public StateStore Store { get; }

    public BackupService Service { get; }

    public DeploymentContext Context { get; set; }

    public Task<AppBackup> BackupAsync() => Service.BackupAsync(Context, Destination, default);

    public Task<BackupTestResult> CheckAsync(AppBackup backup) => Service.TestAsync(backup, Context, checksumOnly: true, Operation, default);

    public Task<BackupTestResult> ProveAsync(AppBackup backup) => Service.TestAsync(backup, Context, checksumOnly: false, Operation, default);

    public IEnumerable<string> AllFiles() => Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories);

    public void Dispose() => _folder.Dispose();
}
