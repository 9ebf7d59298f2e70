namespace UpgradeModule.Engine.Upgrades;

/// <summary>Which run is taken up again, and what is said anew. What was asked for at its beginning holds on; secrets are never kept and are given again.</summary>
public sealed record ResumeRequest
{
    /// <summary>The run; the deployment's newest where <see langword="null"/>.</summary>
    public string? RunId { get; init; }

    /// <summary>How long to wait without a sign of progress; as at its beginning where <see langword="null"/>.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Manual steps that the caller says are done, besides those said before.</summary>
    public IReadOnlyList<string> ConfirmedSteps { get; init; } = [];

    /// <summary>Whether warnings that ask for it and failed invariants are passed over.</summary>
    public bool Force { get; init; }
}
