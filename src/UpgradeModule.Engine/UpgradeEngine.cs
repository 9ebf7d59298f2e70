using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Backups;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Paths;
using UpgradeModule.Engine.Readiness;
using UpgradeModule.Engine.Upgrades;
using UpgradeModule.Engine.Upgrades.MigrateDown;
using UpgradeModule.Engine.Upgrades.Rehearsal;
using UpgradeModule.Engine.Upgrades.Reports;

namespace UpgradeModule.Engine;

/// <summary>
/// The engine as cmdlets and .NET programs use it: one object that holds its services together. It is cheap to open (nothing is read or
/// written until a service is used), and meant to be opened once an operation.
/// </summary>
public sealed class UpgradeEngine : IAsyncDisposable
{
    private readonly EngineComposition _composition;

    private UpgradeEngine(EngineComposition composition) => _composition = composition;

    /// <summary>App definitions and releases.</summary>
    public IDefinitionCatalog Definitions => _composition.Definitions;

    /// <summary>Upgrade paths.</summary>
    public IUpgradePathPlanner Planner => _composition.Planner;

    /// <summary>Deployments.</summary>
    public IDeploymentService Deployments => _composition.Deployments;

    /// <summary>Services of deployments.</summary>
    public IServiceControl Services => _composition.Services;

    /// <summary>Artifacts.</summary>
    public IArtifactService Artifacts => _composition.Artifacts;

    /// <summary>Images.</summary>
    public IImageService Images => _composition.Images;

    /// <summary>Backups.</summary>
    public IBackupService Backups => _composition.Backups;

    /// <summary>Migrations.</summary>
    public IMigrationService Migrations => _composition.Migrations;

    /// <summary>Readiness.</summary>
    public IReadinessService Readiness => _composition.Readiness;

    /// <summary>Upgrade runs.</summary>
    public IUpgradeService Upgrades => _composition.Upgrades;

    /// <summary>Migrations down.</summary>
    public IMigrateDown MigrateDown => _composition.MigrateDown;

    /// <summary>Copies of the data that are kept beside it.</summary>
    public IDatabaseCopyService Copies => _composition.Copies;

    /// <summary>Reports of upgrade runs and rehearsals.</summary>
    public IReportService Reports { get; } = new ReportService();

    /// <summary>Rehearsals of upgrades.</summary>
    public IRehearsalService Rehearsals => _composition.Rehearsals;

    /// <summary>Opens the engine. Nothing is read, written or made before a service is used.</summary>
    /// <param name="options">Where the store and the definitions are; the usual places where <see langword="null"/>.</param>
    public static UpgradeEngine Open(EngineOptions? options = null) => new(new EngineComposition(options ?? new EngineOptions()));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _composition.DisposeAsync();
}
