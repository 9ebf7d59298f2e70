namespace UpgradeModule;

/// <summary>One stop of a rehearsed upgrade path.</summary>
public sealed record RehearsedStop : AppRecord
{
    /// <summary>Its place in the path, from 1.</summary>
    public int Order { get; init; }

    /// <summary>The version before.</summary>
    public AppVersion From { get; init; } = null!;

    /// <summary>The version that it leads to.</summary>
    public AppVersion To { get; init; } = null!;

    /// <summary>Whether the version became healthy with all of its data.</summary>
    public bool Healthy { get; init; }

    /// <summary>How long the stop took in all.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How long the application could not have been used.</summary>
    public TimeSpan Downtime { get; init; }

    /// <summary>Its phases, with how long each took: stop, rollback point, swap, migrate, start, wait.</summary>
    public IReadOnlyList<UpgradeAction> Phases { get; init; } = [];

    /// <summary>The migrations that ran, in their order; empty where the application records none.</summary>
    public IReadOnlyList<string> Migrations { get; init; } = [];

    /// <summary>The invariants before.</summary>
    public IReadOnlyList<InvariantValue> InvariantsBefore { get; init; } = [];

    /// <summary>The invariants after.</summary>
    public IReadOnlyList<InvariantValue> InvariantsAfter { get; init; } = [];

    /// <summary>What went wrong, with what the application logged last.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>What could not be rehearsed: steps that a person does.</summary>
    public IReadOnlyList<UpgradeStep> NotRehearsed { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{From} -> {To}: {(Healthy ? "healthy" : "not healthy")}";
}
