namespace UpgradeModule;

/// <summary>One action of an upgrade run, as the journal has it.</summary>
public sealed record UpgradeAction : AppRecord
{
    /// <summary>Its place in the run, from 1.</summary>
    public int Order { get; init; }

    /// <summary>The stop that it belongs to; empty for what is done once a run.</summary>
    public AppVersion? Stop { get; init; }

    /// <summary>The action's name: <c>Backup</c>, <c>Stop</c>, <c>Swap</c>, <c>Start</c>, <c>Wait</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>What it does, in a line.</summary>
    public string Title { get; init; } = "";

    /// <summary>Its state.</summary>
    public UpgradeActionStatus Status { get; init; }

    /// <summary>When it began, in UTC.</summary>
    public DateTimeOffset? StartedOn { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>What is to be known: a result, a failure.</summary>
    public string? Message { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Id}: {Status}";
}
