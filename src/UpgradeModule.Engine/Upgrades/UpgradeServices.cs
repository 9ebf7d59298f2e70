using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Engine.State;

namespace UpgradeModule.Engine.Upgrades;

/// <summary>What upgrade runs are made of: the other rooms, at their interfaces.</summary>
internal sealed record UpgradeServices
{
    /// <summary>Gives the host of a kind.</summary>
    public required Func<AppHostKind, IAppHost> Hosts { get; init; }

    /// <summary>Opens a deployment's database.</summary>
    public required Func<DeploymentContext, CancellationToken, Task<IAppDatabase>> OpenDatabase { get; init; }

    /// <summary>Backups.</summary>
    public required IBackupService Backups { get; init; }

    /// <summary>Artifacts.</summary>
    public required IArtifactFetcher Artifacts { get; init; }

    /// <summary>Waits for services.</summary>
    public required IServiceWaiter Waiter { get; init; }

    /// <summary>Asks applications.</summary>
    public required IHealthProber Prober { get; init; }

    /// <summary>Works out paths.</summary>
    public required IUpgradePathPlanner Planner { get; init; }

    /// <summary>Reads migrations.</summary>
    public required IMigrationReader Migrations { get; init; }

    /// <summary>Finds what stands in the way.</summary>
    public required IReadinessService Readiness { get; init; }

    /// <summary>Finds what stands in the way of a migration down; the same as of an upgrade where <see langword="null"/>.</summary>
    public IReadinessService? DownReadiness { get; init; }

    /// <summary>Opens a copy of the data that a run kept; gives <see langword="null"/> where it is of a kind that can't be opened.</summary>
    public Func<DeploymentContext, ReturnPoint, CancellationToken, Task<IAppDatabase?>>? OpenCopy { get; init; }

    /// <summary>The module's memory.</summary>
    public required IStateStore Store { get; init; }

    /// <summary>Is told the moments at which a run may die; only tests give one.</summary>
    public IFaultPoint? Faults { get; init; }

    /// <summary>How long the way back waits before it tries an action again; three tries in all.</summary>
    public TimeSpan UndoRetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the way back waits for a database server or container engine that went away.</summary>
    public TimeSpan UndoPatience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a resume or undo waits for them before it begins; as long as the run waits for its application where <see langword="null"/>.</summary>
    public TimeSpan? ServerPatience { get; init; }
}
