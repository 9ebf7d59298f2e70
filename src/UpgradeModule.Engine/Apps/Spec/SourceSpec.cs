namespace UpgradeModule.Engine.Apps;

/// <summary>Where a definition's facts come from.</summary>
public sealed record SourceSpec
{
    /// <summary>The sources, in a sentence.</summary>
    public string Description { get; set; } = "";

    /// <summary>The day on which they were collected.</summary>
    public DateOnly? Date { get; set; }

    /// <summary>Their addresses.</summary>
    public IReadOnlyList<string> Urls { get; set; } = [];
}
