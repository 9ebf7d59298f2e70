namespace UpgradeModule;

/// <summary>Whether a deployment can be upgraded along a path, and if not, why.</summary>
public sealed record ReadinessResult : AppRecord
{
    /// <summary>The deployment that was checked.</summary>
    public AppDeployment Deployment { get; init; } = new();

    /// <summary>Whether nothing stands in the way.</summary>
    public bool Ready { get; init; }

    /// <summary>What stands in the way.</summary>
    public IReadOnlyList<Blocker> Blockers { get; init; } = [];

    /// <summary>What does not stand in the way and should be known.</summary>
    public IReadOnlyList<Blocker> Warnings { get; init; } = [];

    /// <summary>The path that was checked.</summary>
    public UpgradePath? Path { get; init; }

    /// <summary>The names of the checks that were made.</summary>
    public IReadOnlyList<string> Checks { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Ready ? $"{Deployment.Name}: ready" : $"{Deployment.Name}: {Blockers.Count} blocker(s)";
}
