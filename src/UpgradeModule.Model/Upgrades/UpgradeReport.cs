namespace UpgradeModule;

/// <summary>A report of an upgrade run or a rehearsal that was written.</summary>
public sealed record UpgradeReport : AppRecord
{
    /// <summary>The deployment's name.</summary>
    public string Deployment { get; init; } = "";

    /// <summary>The run's name; empty for a rehearsal.</summary>
    public string? RunId { get; init; }

    /// <summary>Its form.</summary>
    public ReportFormat Format { get; init; }

    /// <summary>The file.</summary>
    public string Path { get; init; } = "";

    /// <summary>Its size in bytes.</summary>
    public long Size { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
