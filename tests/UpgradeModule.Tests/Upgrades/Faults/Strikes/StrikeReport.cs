namespace UpgradeModule.Tests.Upgrades.Faults.Strikes;

/// <summary>What came of an upgrade during which something went wrong.</summary>
internal sealed record StrikeReport
{
    public string Name { get; init; } = "";

    public string At { get; init; } = "";

    /// <summary>What was done afterwards: <c>resume</c> or <c>undo</c>.</summary>
    public string Verb { get; init; } = "";

    /// <summary>How the run that was struck ended: its outcome, or that it didn't begin.</summary>
    public string Ended { get; init; } = "";

    public string? ErrorId { get; init; }

    /// <summary>What people were told.</summary>
    public string? Told { get; init; }

    /// <summary>The commands that it took afterwards.</summary>
    public string Then { get; init; } = "";

    public string? Version { get; init; }

    public int Acknowledged { get; init; }

    /// <summary>Rows that are kept beside the live data.</summary>
    public int Aside { get; init; }

    public TimeSpan Took { get; init; }

    public string? Problem { get; init; }

    public override string ToString() => FormattableString.Invariant($"{Name} at {At}: {Ended} {ErrorId}; {Verb}: {Then} -> {Version}, {Acknowledged} rows, {Aside} aside, {Took.TotalSeconds:0.0} s{(Problem is null ? "" : " PROBLEM " + Problem)}{Environment.NewLine}    {Told}");
}
