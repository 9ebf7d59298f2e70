namespace UpgradeModule.Engine.Deployments;

/// <summary>What a wait waits for.</summary>
public sealed record WaitRequest
{
    /// <summary>The version that must answer; any where empty.</summary>
    public AppVersion? Expected { get; init; }

    /// <summary>How long without any sign of progress; the definition's own where empty.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Gives a text that changes as long as the migration moves (rows in the changelog, say), for applications whose answers don't tell.</summary>
    public Func<CancellationToken, Task<string?>>? Progress { get; init; }

    /// <summary>Asked once the application answers as healthy; gives the reason why it isn't yet, or nothing.</summary>
    public Func<CancellationToken, Task<string?>>? Gate { get; init; }

    /// <summary>Only log lines after this moment count.</summary>
    public DateTimeOffset? LogSince { get; init; }
}
