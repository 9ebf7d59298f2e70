namespace UpgradeModule.Engine.Deployments.Files;

/// <summary>Who holds a deployment's lock.</summary>
internal sealed record LockHolder
{
    /// <summary>The user.</summary>
    public string User { get; init; } = "";

    /// <summary>The machine.</summary>
    public string Host { get; init; } = "";

    /// <summary>The process.</summary>
    public int ProcessId { get; init; }

    /// <summary>What for.</summary>
    public string Purpose { get; init; } = "";

    /// <summary>Since when, in UTC.</summary>
    public DateTimeOffset Since { get; init; }
}
