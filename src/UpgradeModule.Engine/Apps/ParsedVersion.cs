namespace UpgradeModule.Engine.Apps;

/// <summary>What a person's text says about a version.</summary>
public sealed record ParsedVersion
{
    /// <summary>The version, written as its edition writes it (the default edition where the text names none).</summary>
    public AppVersion Version { get; init; } = null!;

    /// <summary>The edition that the text names; empty where it names none.</summary>
    public string? Edition { get; init; }

    /// <summary>The build variant (<c>with-texlive-full</c>), or an empty string.</summary>
    public string Variant => Version.Variant;
}
