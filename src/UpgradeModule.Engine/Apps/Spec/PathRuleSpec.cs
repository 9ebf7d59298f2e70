namespace UpgradeModule.Engine.Apps;

/// <summary>One rule that makes mandatory stops.</summary>
public sealed record PathRuleSpec
{
    /// <summary>With <see cref="ThroughMajor"/>: the first major whose newest release is a mandatory stop; the lowest where empty.</summary>
    public int? FromMajor { get; set; }

    /// <summary>The last such major; every major where empty and <see cref="Version"/> is empty too.</summary>
    public int? ThroughMajor { get; set; }

    /// <summary>An exact version that is a mandatory stop.</summary>
    public string? Version { get; set; }

    /// <summary>Why, as people read it in the path; <c>{version}</c> and <c>{major}</c> stand for the stop's.</summary>
    public string Reason { get; set; } = "";

    /// <summary>The address of the page that demands it.</summary>
    public string? Source { get; set; }
}
