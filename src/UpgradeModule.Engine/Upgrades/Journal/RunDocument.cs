using UpgradeModule.Engine.Deployments;

namespace UpgradeModule.Engine.Upgrades.Journal;

/// <summary>A run as the journal has it: everything that is needed to tell of it, and to go on or back. It holds no secret.</summary>
internal sealed record RunDocument
{
    /// <summary>The version of this format; 1.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>The run as people see it.</summary>
    public UpgradeRun Run { get; init; } = new();

    /// <summary>The path that it walks.</summary>
    public UpgradePath Path { get; init; } = new();

    /// <summary>What was asked for, less the path and without log-ins in addresses.</summary>
    public UpgradeRequest Request { get; init; } = new();

    /// <summary>What its stops install, in their order.</summary>
    public IReadOnlyList<InstallSource> Sources { get; init; } = [];

    /// <summary>Every state that it kept.</summary>
    public IReadOnlyList<KeptPoint> Points { get; init; } = [];
}
