namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>One answer of a container's health check.</summary>
internal sealed record HealthLogEntry
{
    /// <summary>When it began (RFC 3339).</summary>
    public string? Start { get; init; }

    /// <summary>When it ended (RFC 3339).</summary>
    public string? End { get; init; }

    /// <summary>0 for healthy.</summary>
    public int ExitCode { get; init; }

    /// <summary>What it wrote.</summary>
    public string? Output { get; init; }
}
