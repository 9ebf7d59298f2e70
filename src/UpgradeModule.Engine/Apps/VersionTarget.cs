namespace UpgradeModule.Engine.Apps;

/// <summary>A target as a person writes it: an exact version, a major or another beginning, or <c>latest</c>.</summary>
public sealed record VersionTarget
{
    /// <summary>What the text means.</summary>
    public VersionTargetKind Kind { get; init; }

    /// <summary>The text as it was given.</summary>
    public string Text { get; init; } = "";

    /// <summary>The version or the beginning of one, written as the default edition writes it; empty for <c>latest</c>.</summary>
    public AppVersion? Version { get; init; }

    /// <summary>The edition that the text names; empty where it names none.</summary>
    public string? Edition { get; init; }
}
