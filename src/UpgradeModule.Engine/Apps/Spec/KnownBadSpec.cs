namespace UpgradeModule.Engine.Apps;

/// <summary>A pair of versions whose down-migration is known to fail.</summary>
public sealed record KnownBadSpec
{
    /// <summary>The newer version, or a pattern such as 0.49.6 or 0.49.</summary>
    public string From { get; set; } = "";

    /// <summary>The last version that it is known of, or a pattern, where it is known of every version from <c>from</c> on; only of those that fit <c>from</c> where empty.</summary>
    public string? Through { get; set; }

    /// <summary>The older version or pattern; any where empty.</summary>
    public string? To { get; set; }

    /// <summary>What happens.</summary>
    public string Reason { get; set; } = "";

    /// <summary>The address of the report.</summary>
    public string? Source { get; set; }
}
