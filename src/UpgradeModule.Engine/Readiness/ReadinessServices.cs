using UpgradeModule.Engine.Artifacts;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.Paths;

namespace UpgradeModule.Engine.Readiness;

/// <summary>What checks are made with: the other rooms, at their interfaces.</summary>
internal sealed record ReadinessServices
{
    /// <summary>Gives the host of a kind.</summary>
    public required Func<AppHostKind, IAppHost> Hosts { get; init; }

    /// <summary>Opens a deployment's database.</summary>
    public required Func<DeploymentContext, CancellationToken, Task<IAppDatabase>> OpenDatabase { get; init; }

    /// <summary>Asks applications.</summary>
    public required IHealthProber Prober { get; init; }

    /// <summary>Works out paths.</summary>
    public required IUpgradePathPlanner Planner { get; init; }

    /// <summary>Reads migrations.</summary>
    public required IMigrationReader Migrations { get; init; }

    /// <summary>Reads the versions of artifacts.</summary>
    public required IArtifactFetcher Artifacts { get; init; }

    /// <summary>Looks where a deployment's version is seen.</summary>
    public required Func<DeploymentContext, CancellationToken, Task<AppDeployment>> Inspect { get; init; }

    /// <summary>The folder of backups where neither the caller nor the deployment names one.</summary>
    public required string UsualBackupFolder { get; init; }

    /// <summary>Tells how many bytes may still be written to the disk of a folder; <see langword="null"/> where that can't be told.</summary>
    public Func<string, long?> FreeSpace { get; init; } = DiskSpace.Free;

    /// <summary>Compares the key that the application has now with the one of its newest backup; <see langword="null"/> where there is no backup.</summary>
    public Func<DeploymentContext, string?, CancellationToken, Task<KeyMemory?>> LastKey { get; init; } = static (_, _, _) => Task.FromResult<KeyMemory?>(null);
}
