using NSubstitute;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Engine.State;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Tests.Support;

namespace UpgradeModule.Tests.Upgrades;

/// <summary>An upgrade service over a <see cref="FakeWorld"/>, with a real store.</summary>
internal sealed class UpgradeBench : IDisposable
{
    private readonly TempFolder _folder = new();

    public UpgradeBench()
    {
        Store = new StateStore(_folder.File("store.db"));
        Deployment = new AppDeployment
        {
            Name = "app",
            App = "sample",
            Edition = "standard",
            Version = V("1.0.0"),
            Database = new DatabaseTarget { Engine = DatabaseEngine.Sqlite, Path = "/data/app.db" },
            Settings = new AppHostSettings { ArtifactPath = _folder.File("app") },
        };
        Prober.ProbeAsync(default!, default, default, default).ReturnsForAnyArgs(_ => new HealthReport { Health = World.Running is null ? AppHealth.Unreachable : AppHealth.Healthy });
        Readiness.CheckAsync(default!, default!, default).ReturnsForAnyArgs(call => World.CallAsync("Readiness", call.Arg<CancellationToken>(), () => Ready));
        Backups.BackupAsync(default!, default, default).ReturnsForAnyArgs(call => World.CallAsync("Backup", call.Arg<CancellationToken>(), () => new AppBackup { Id = "b", Path = "/backups/b", Created = DateTimeOffset.UtcNow, Rows = World.Live.Rows.Count }));
        Backups.TestAsync(default!, default, default, default!, default).ReturnsForAnyArgs(call => call.ArgAt<bool>(2)
            ? World.CallAsync("Checksums", call.Arg<CancellationToken>(), () => Checksums)
            : World.CallAsync("Prove", call.Arg<CancellationToken>(), () => Proof));
        Waiter.WaitAsync(default!, default!, default).ReturnsForAnyArgs(call => World.CallAsync("Wait", call.Arg<CancellationToken>(), () =>
        {
            Assert.Equal(call.Arg<WaitRequest>().Expected, World.Running);
            if (World.Sick(World.Live) is { } failure) throw failure;
            return new AppService { Status = AppServiceStatus.Running, Health = AppHealth.Healthy };
        }));
    }

    public FakeWorld World { get; } = new();

    public RecordingOperation Operation { get; } = new();

    public StateStore Store { get; }

    public AppDeployment Deployment { get; set; }

    public IReadinessService Readiness { get; } = Substitute.For<IReadinessService>();

    public IBackupService Backups { get; } = Substitute.For<IBackupService>();

    public IArtifactFetcher Artifacts { get; } = Substitute.For<IArtifactFetcher>();

    public IServiceWaiter Waiter { get; } = Substitute.For<IServiceWaiter>();

    public IHealthProber Prober { get; } = Substitute.For<IHealthProber>();

    public IMigrationReader Migrations { get; } = Substitute.For<IMigrationReader>();

    public ReadinessResult Ready { get; set; } = new() { Ready = true };

    public BackupTestResult Proof { get; set; } = new() { Valid = true, ProvenOn = DateTimeOffset.UtcNow };

    /// <summary>What comes of a look at a backup's checksums alone.</summary>
    public BackupTestResult Checksums { get; set; } = new() { Valid = true };

    public AppSpec Spec { get; set; } = new()
    {
        Name = "sample",
        DisplayName = "Sample",
        Editions = [new EditionSpec { Id = "standard", Default = true }],
        Invariants = [new InvariantSpec { Name = "rows", Sql = "SELECT count(*) FROM t" }],
    };

    public UpgradePath Path { get; set; } = PathOf(("1.0.0", "1.1.0"), ("1.1.0", "2.0.0"));

    public UpgradeService Service => new(Services);

    public UpgradeServices Services => new()
    {
        Hosts = _ => new FakeHost(World),
        OpenDatabase = (_, _) => Task.FromResult<Engine.Databases.IAppDatabase>(new FakeDatabase(World)),
        Backups = Backups,
        Artifacts = Artifacts,
        Waiter = Waiter,
        Prober = Prober,
        Planner = Substitute.For<IUpgradePathPlanner>(),
        Migrations = Migrations,
        Readiness = Readiness,
        Store = Store,
        UndoRetryDelay = TimeSpan.FromMilliseconds(UndoPatience > TimeSpan.Zero ? 20 : 0),
        UndoPatience = UndoPatience,
        ServerPatience = UndoPatience,
        Faults = Faults,
    };

    /// <summary>How long the way back waits for a server that went away.</summary>
    public TimeSpan UndoPatience { get; set; }

    /// <summary>Is told the moments at which a run may die.</summary>
    public IFaultPoint? Faults { get; set; }

    /// <summary>Has work on a run die at a moment, as its process would: nothing of it is done or tidied up any more. The first <paramref name="skip"/> times it passes there, it lives.</summary>
    public async Task KillAsync(Func<Task> work, string action, FaultMoment moment, int skip = 0)
    {
        var died = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Faults = new Death(action, moment, died, skip);
        var run = Task.Run(work);
        if (await Task.WhenAny(run, died.Task) == run) Assert.Fail($"It ended before {action} {moment}: {run.Exception}");
        Faults = null;
        World.Locked = false;
    }

    public DeploymentContext Context => new() { Deployment = Deployment, Spec = Spec, Operation = Operation };

    public static AppVersion V(string text) => AppVersion.Parse(text);

    public static UpgradePath PathOf(params (string From, string To)[] hops) => new()
    {
        App = "sample",
        From = V(hops[0].From),
        To = V(hops[^1].To),
        Stops = [.. hops.Select((hop, index) => new UpgradeStop { Order = index + 1, From = V(hop.From), To = V(hop.To), Edition = "standard" })],
    };

    public Task<UpgradeResult> RunAsync(CancellationToken cancellationToken = default, params string[] confirmed) =>
        Service.RunAsync(Context, new UpgradeRequest { Path = Path, ConfirmedSteps = confirmed }, cancellationToken);

    /// <summary>The application runs a version with its own data, as it was left.</summary>
    public void AssertRuns(string version, params string[] rows)
    {
        Assert.Equal(V(version), World.Installed);
        Assert.Equal(V(version), World.Running);
        Assert.Equal(V(version), World.Live.Version);
        Assert.Equal(rows, World.Live.Rows);
        Assert.False(World.Locked);
    }

    private sealed class Death(string action, FaultMoment moment, TaskCompletionSource died, int skip) : IFaultPoint
    {
        private int _skip = skip;

        public void Reach(string reached, FaultMoment at)
        {
            if (reached != action || at != moment || _skip-- > 0) return;
            died.SetResult();
            Thread.Sleep(Timeout.Infinite);
        }
    }

    public void Dispose()
    {
        Store.DisposeAsync().AsTask().Wait();
        _folder.Dispose();
    }
}
