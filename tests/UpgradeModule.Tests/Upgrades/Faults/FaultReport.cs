namespace UpgradeModule.Tests.Upgrades.Faults;

/// <summary>What came of a cell of the fault matrix.</summary>
internal sealed record FaultReport
{
    public string Verb { get; init; } = "";

    public string At { get; init; } = "";

    public string Was { get; init; } = "";

    public bool Killed { get; init; }

    public UpgradeOutcome? Outcome { get; init; }

    public string? Version { get; init; }

    public AppHealth? Health { get; init; }

    public int Acknowledged { get; init; }

    /// <summary>Rows that are kept beside the live data.</summary>
    public int Aside { get; init; }

    public TimeSpan Downtime { get; init; }

    public TimeSpan Took { get; init; }

    public string? Problem { get; init; }

    public override string ToString() => FormattableString.Invariant($"{At} ({Was}) -> {Verb}: {Outcome} {Version} {Health}, {Acknowledged} rows, {Aside} aside, down {Downtime.TotalSeconds:0.0} s, {Took.TotalSeconds:0.0} s{(Problem is null ? "" : " PROBLEM " + Problem)}");
}
