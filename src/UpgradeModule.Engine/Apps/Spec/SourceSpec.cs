namespace UpgradeModule.Engine.Apps;

/// <summary>Where a definition's facts come from.</summary>
public sealed record SourceSpec
{
    /// <summary>The sources, in a sentence.</summary>
    public string Description { get; init; } = "";

    /// <summary>The day on which they were collected.</summary>
    public DateOnly? Date { get; init; }

    /// <summary>Their addresses.</summary>
    public IReadOnlyList<string> Urls { get; init; } = [];
}
