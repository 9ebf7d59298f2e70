namespace UpgradeModule.Engine.Apps;

/// <summary>A setting with which an upgrade fails, or should not be begun.</summary>
public sealed record ObstacleSpec
{
    /// <summary>The setting.</summary>
    public string Name { get; set; } = "";

    /// <summary>A regular expression that such a value matches; any value where empty.</summary>
    public string? Pattern { get; set; }

    /// <summary>The first version that it stands in the way of; all where empty.</summary>
    public string? From { get; set; }

    /// <summary>Settings of which any one that is set makes it harmless.</summary>
    public IReadOnlyList<string> Unless { get; set; } = [];

    /// <summary>What happens with it. The value itself is never shown.</summary>
    public string Message { get; set; } = "";

    /// <summary>What to do about it.</summary>
    public string Remedy { get; set; } = "";

    /// <summary>Whether it should only be known and doesn't stand in the way.</summary>
    public bool Warning { get; set; }
}
