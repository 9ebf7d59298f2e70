using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Deployments.Processes;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Engine.State;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Engine.Upgrades.MigrateDown;
using UpgradeModule.Engine.Upgrades.Rehearsal;

namespace UpgradeModule.Engine;

/// <summary>
/// The one place where the rooms are put together. Each service is made when it is first asked for, so that a cmdlet that only plans a path
/// pays for no HTTP client.
/// </summary>
internal sealed class EngineComposition : IAsyncDisposable
{
    // Readiness would rather wait than take a slow answer for none.
    private static readonly TimeSpan InspectionLimit = TimeSpan.FromSeconds(15);

    private readonly List<object> _owned = [];
    private readonly Lazy<StateStore> _store;
    private readonly Lazy<DefinitionCatalog> _definitions;
    private readonly Lazy<UpgradePathPlanner> _planner;
    private readonly Lazy<ArtifactFetcher> _fetcher;
    private readonly Lazy<AppHosts> _hosts;
    private readonly Lazy<HealthProber> _prober;
    private readonly Lazy<ServiceWaiter> _waiter;
    private readonly Lazy<AppDatabases> _databases;
    private readonly Lazy<IDatabaseOpener> _opener;
    private readonly Lazy<MigrationReader> _migrations;
    private readonly Lazy<MigrationService> _migrationService;
    private readonly Lazy<DeploymentService> _deployments;
    private readonly Lazy<ServiceControl> _services;
    private readonly Lazy<ArtifactService> _artifacts;
    private readonly Lazy<ImageService> _images;
    private readonly Lazy<BackupService> _backups;
    private readonly Lazy<ReadinessService> _readiness;
    private readonly Lazy<UpgradeService> _upgrades;
    private readonly Lazy<MigrateDownService> _migrateDown;
    private readonly Lazy<DatabaseCopyService> _copies;
    private readonly Lazy<RehearsalService> _rehearsals;

    /// <summary>Names what there will be; nothing is read, written or made yet.</summary>
    /// <param name="options">Where the store and the definitions are.</param>
    public EngineComposition(EngineOptions options)
    {
        _store = Once(() => new StateStore(StorePaths.Resolve(options.StorePath)));
        _definitions = Once(() => new DefinitionCatalog(DefinitionsPath(options), _store.Value));
        _planner = Once(() => new UpgradePathPlanner());
        _fetcher = Once(() => new ArtifactFetcher());
        _hosts = Once(() => new AppHosts(_fetcher.Value));
        _prober = Once(() => new HealthProber());
        _waiter = Once(() => new ServiceWaiter(_hosts.Value, _prober.Value));
        _databases = Once(() => new AppDatabases());
        _opener = Once<IDatabaseOpener>(() => new ReachingOpener(new DatabaseOpener(_databases.Value), _databases.Value.Open, _hosts.Value.For));
        _migrations = Once(() => new MigrationReader());
        _migrationService = Once(() => new MigrationService(_hosts.Value.For, OpenDatabaseAsync, _migrations.Value));
        _deployments = Once(() => new DeploymentService(DeploymentServices()));
        _services = Once(() => new ServiceControl(_hosts.Value, _prober.Value, _waiter.Value));
        _artifacts = Once(() => new ArtifactService(_definitions.Value, _fetcher.Value, _hosts.Value));
        _images = Once(() => new ImageService(_definitions.Value, _hosts.Value, new ReadinessService(ReadinessServices(), ReadinessChecks.OfSwap)));
        _backups = Once(() => new BackupService(BackupServices()));
        _readiness = Once(() => new ReadinessService(ReadinessServices()));
        _upgrades = Once(() => new UpgradeService(Patient(UpgradeServices(), options)));
        _migrateDown = Once(() => new MigrateDownService(Patient(UpgradeServices(), options)));
        _copies = Once(() => new DatabaseCopyService(_hosts.Value.For, OpenDatabaseAsync, _upgrades.Value));
        _rehearsals = Once(() => new RehearsalService(UpgradeServices(), _databases.Value.Open));
    }

    /// <summary>App definitions and releases.</summary>
    public IDefinitionCatalog Definitions => _definitions.Value;

    /// <summary>Upgrade paths.</summary>
    public IUpgradePathPlanner Planner => _planner.Value;

    /// <summary>Deployments.</summary>
    public IDeploymentService Deployments => _deployments.Value;

    /// <summary>Services of deployments.</summary>
    public IServiceControl Services => _services.Value;

    /// <summary>Artifacts.</summary>
    public IArtifactService Artifacts => _artifacts.Value;

    /// <summary>Images.</summary>
    public IImageService Images => _images.Value;

    /// <summary>Backups.</summary>
    public IBackupService Backups => _backups.Value;

    /// <summary>Migrations.</summary>
    public IMigrationService Migrations => _migrationService.Value;

    /// <summary>Readiness.</summary>
    public IReadinessService Readiness => _readiness.Value;

    /// <summary>Upgrade runs.</summary>
    public IUpgradeService Upgrades => _upgrades.Value;

    /// <summary>Migrations down.</summary>
    public IMigrateDown MigrateDown => _migrateDown.Value;

    /// <summary>Copies of the data that are kept beside it.</summary>
    public IDatabaseCopyService Copies => _copies.Value;

    /// <summary>Rehearsals of upgrades.</summary>
    public IRehearsalService Rehearsals => _rehearsals.Value;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<object> owned;
        lock (_owned)
        {
            owned = [.. Enumerable.Reverse(_owned)];
            _owned.Clear();
        }

        foreach (var one in owned)
        {
            if (one is IAsyncDisposable later) await later.DisposeAsync().ConfigureAwait(false);
            else if (one is IDisposable now) now.Dispose();
        }
    }

    // The module lies as UpgradeModule/<version>/engine/UpgradeModule.Engine.dll, its definitions in UpgradeModule/<version>/apps.
    private static string DefinitionsPath(EngineOptions options) => string.IsNullOrWhiteSpace(options.DefinitionsPath)
        ? Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(EngineComposition).Assembly.Location)!, "..", "apps"))
        : Path.GetFullPath(options.DefinitionsPath);

    private static UpgradeServices Patient(UpgradeServices services, EngineOptions options) =>
        services with { Faults = options.Faults, UndoPatience = options.UndoPatience ?? services.UndoPatience, ServerPatience = options.UndoPatience };

    private static void CheckCommand(DeploymentContext context)
    {
        if (context.Deployment.HostKind == AppHostKind.Process) _ = CommandLine.Of(context);
    }

    private DeploymentServices DeploymentServices() => new()
    {
        Store = _store.Value,
        Definitions = _definitions.Value,
        Hosts = _hosts.Value.For,
        AllHosts = () => _hosts.Value.All,
        Prober = _prober.Value,
        Databases = _opener.Value,
        Migrations = _migrations.Value,
        CheckCommand = CheckCommand,
    };

    private BackupServices BackupServices() => new()
    {
        Store = _store.Value,
        Hosts = _hosts.Value.For,
        OpenDatabase = _opener.Value.OpenAsync,
        OpenThrowAway = OpenThrowAwayAsync,
        NeededByRuns = new RunBackups(_store.Value).FindAsync,
    };

    private ReadinessServices ReadinessServices() => new()
    {
        Hosts = _hosts.Value.For,
        OpenDatabase = OpenDatabaseAsync,
        Prober = _prober.Value,
        Planner = _planner.Value,
        Migrations = _migrations.Value,
        Artifacts = _fetcher.Value,
        Inspect = (context, cancellationToken) => new DeploymentInspector(DeploymentServices()).InspectAsync(context.Deployment, context.Operation, InspectionLimit, cancellationToken),
        UsualBackupFolder = UsualBackupFolder,
        LastKey = LastKeyAsync,
    };

    private UpgradeServices UpgradeServices() => new()
    {
        Hosts = _hosts.Value.For,
        OpenDatabase = OpenDatabaseAsync,
        Backups = _backups.Value,
        Artifacts = _fetcher.Value,
        Waiter = _waiter.Value,
        Prober = _prober.Value,
        Planner = _planner.Value,
        Migrations = _migrations.Value,
        Readiness = _readiness.Value,
        DownReadiness = new ReadinessService(ReadinessServices(), ReadinessChecks.OfDown),
        OpenCopy = OpenCopyAsync,
        Store = _store.Value,
    };

    private async Task<IAppDatabase> OpenDatabaseAsync(DeploymentContext context, CancellationToken cancellationToken)
    {
        var settings = await _hosts.Value.For(context.Deployment.HostKind).ReadSettingsAsync(context, cancellationToken).ConfigureAwait(false);
        return await _opener.Value.OpenAsync(context, settings, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IAppDatabase?> OpenCopyAsync(DeploymentContext context, ReturnPoint point, CancellationToken cancellationToken)
    {
        var host = _hosts.Value.For(context.Deployment.HostKind);
        var settings = await host.ReadSettingsAsync(context, cancellationToken).ConfigureAwait(false);
        var access = await _opener.Value.ResolveAsync(context, settings, cancellationToken).ConfigureAwait(false);
        var reached = await host.ReachAsync(context, access.Target, cancellationToken).ConfigureAwait(false);
        var target = point.Kind switch
        {
            "Database" => reached with { Name = point.Location },
            "DatabaseFile" => reached with { Path = point.Location },
            _ => null,
        };
        return target is null ? null : _databases.Value.Open(new DatabaseAccess { Target = target, Credential = access.Credential, Maintenance = access.Maintenance }, context.Operation);
    }

    // A database that names no server and a file that isn't there: such an engine has nothing but its throw-away place.
    private Task<IAppDatabase> OpenThrowAwayAsync(DatabaseEngine engine, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var file = engine is DatabaseEngine.Sqlite or DatabaseEngine.H2 ? Path.Combine(Path.GetTempPath(), "upgrademodule-none", "none.db") : null;
        var access = new DatabaseAccess { Target = new DatabaseTarget { Engine = engine, Path = file } };
        return Task.FromResult(_databases.Value.Open(access, NullOperationContext.Instance));
    }

    private Lazy<T> Once<T>(Func<T> make)
        where T : class => new(() =>
        {
            var made = make();
            if (made is not (IAsyncDisposable or IDisposable)) return made;
            lock (_owned) _owned.Add(made);
            return made;
        });

    private string UsualBackupFolder => Path.Combine(Path.GetDirectoryName(_store.Value.Path)!, "backups");

    private async Task<KeyMemory?> LastKeyAsync(DeploymentContext context, string? key, CancellationToken cancellationToken) =>
        await BackupKeys.CompareAsync(_store.Value, context.Deployment.BackupPath ?? UsualBackupFolder, context, key, cancellationToken).ConfigureAwait(false) is { } found
            ? new KeyMemory(found.Backup, found.HadKey, found.Same)
            : null;
}
