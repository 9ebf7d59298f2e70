namespace UpgradeModule.Engine.Upgrades.Undo;

/// <summary>Which run is undone, and how.</summary>
public sealed record UndoRequest
{
    /// <summary>The run; the deployment's newest where <see langword="null"/>.</summary>
    public string? RunId { get; init; }

    /// <summary>The strategy.</summary>
    public UndoStrategy Strategy { get; init; }

    /// <summary>How long to wait without a sign of progress; as at the run's beginning where <see langword="null"/>.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether an installed version that the run did not leave is passed over.</summary>
    public bool Force { get; init; }
}
