using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Engine.Upgrades;

namespace UpgradeModule.Engine;

/// <summary>
/// The engine as cmdlets and .NET programs use it: one object that holds its services together. It is cheap to open (nothing is read or
/// written until a service is used), and meant to be opened once an operation.
/// </summary>
public sealed class UpgradeEngine : IAsyncDisposable
{
    /// <summary>App definitions and releases.</summary>
    public required IDefinitionCatalog Definitions { get; init; }

    /// <summary>Upgrade paths.</summary>
    public required IUpgradePathPlanner Planner { get; init; }

    /// <summary>Deployments.</summary>
    public required IDeploymentService Deployments { get; init; }

    /// <summary>Services of deployments.</summary>
    public required IServiceControl Services { get; init; }

    /// <summary>Artifacts.</summary>
    public required IArtifactService Artifacts { get; init; }

    /// <summary>Backups.</summary>
    public required IBackupService Backups { get; init; }

    /// <summary>Readiness.</summary>
    public required IReadinessService Readiness { get; init; }

    /// <summary>Upgrade runs.</summary>
    public required IUpgradeService Upgrades { get; init; }

    /// <summary>What is to be given back when the engine is disposed.</summary>
    internal IReadOnlyList<IAsyncDisposable> Owned { get; init; } = [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Owned) await owned.DisposeAsync().ConfigureAwait(false);
    }
}
