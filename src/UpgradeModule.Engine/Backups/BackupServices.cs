using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.State;

namespace UpgradeModule.Engine.Backups;

/// <summary>What backups need of the other rooms.</summary>
internal sealed record BackupServices
{
    /// <summary>The module's memory.</summary>
    public required IStateStore Store { get; init; }

    /// <summary>Gives the host of a kind.</summary>
    public required Func<AppHostKind, IAppHost> Hosts { get; init; }

    /// <summary>Opens a deployment's database by the settings of its application.</summary>
    public required Func<DeploymentContext, AppSettings, CancellationToken, Task<IAppDatabase>> OpenDatabase { get; init; }

    /// <summary>Gives an engine that belongs to no deployment: all it can do is restore to a throw-away place.</summary>
    public required Func<DatabaseEngine, CancellationToken, Task<IAppDatabase>> OpenThrowAway { get; init; }

    /// <summary>Tells which of some backups runs may yet need that aren't over. Backups know nothing of runs.</summary>
    public Func<IReadOnlyList<AppBackup>, IOperationContext, CancellationToken, Task<IReadOnlyList<NeededBackup>>> NeededByRuns { get; init; } = (_, _, _) => Task.FromResult<IReadOnlyList<NeededBackup>>([]);

    /// <summary>Tells how many bytes may still be written to the disk of a folder; <see langword="null"/> where that can't be told.</summary>
    public Func<string, long?> FreeSpace { get; init; } = DiskSpace.Free;
}
