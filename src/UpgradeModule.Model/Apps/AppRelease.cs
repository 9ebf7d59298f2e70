namespace UpgradeModule;

/// <summary>One release of an application.</summary>
public sealed record AppRelease : AppRecord
{
    /// <summary>The application's name.</summary>
    public string App { get; init; } = "";

    /// <summary>The version, as this edition writes it.</summary>
    public AppVersion Version { get; init; } = null!;

    /// <summary>The edition's short name.</summary>
    public string Edition { get; init; } = "";

    /// <summary>The day of its release, where known.</summary>
    public DateOnly? Date { get; init; }

    /// <summary>What is known about it.</summary>
    public ReleaseStatus Status { get; init; }

    /// <summary>Whether it is a pre-release.</summary>
    public bool PreRelease { get; init; }

    /// <summary>What is to be known about it: a remark, or the address of its release notes.</summary>
    public string? Notes { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{App} {Version}";
}
