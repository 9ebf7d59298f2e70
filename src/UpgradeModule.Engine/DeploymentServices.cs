using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Databases;
using UpgradeModule.Engine.Deployments;
using UpgradeModule.Engine.Migrations;
using UpgradeModule.Engine.Operations;
using UpgradeModule.Engine.State;

namespace UpgradeModule.Engine;

/// <summary>What deployments need of the rooms.</summary>
internal sealed record DeploymentServices
{
    /// <summary>The module's memory.</summary>
    public required IStateStore Store { get; init; }

    /// <summary>App definitions.</summary>
    public required IDefinitionCatalog Definitions { get; init; }

    /// <summary>Gives the host of a kind.</summary>
    public required Func<AppHostKind, IAppHost> Hosts { get; init; }

    /// <summary>Gives a host of every kind.</summary>
    public required Func<IReadOnlyList<IAppHost>> AllHosts { get; init; }

    /// <summary>Asks applications.</summary>
    public required IHealthProber Prober { get; init; }

    /// <summary>Finds and opens databases.</summary>
    public required IDatabaseOpener Databases { get; init; }

    /// <summary>Reads migrations.</summary>
    public required IMigrationReader Migrations { get; init; }

    /// <summary>Checks that what a deployment's host runs can be run; throws what stands against it.</summary>
    public required Action<DeploymentContext> CheckCommand { get; init; }
}
