namespace UpgradeModule.Engine.Apps;

/// <summary>One release.</summary>
public sealed record ReleaseSpec
{
    /// <summary>The version, as the default edition writes it.</summary>
    public string Version { get; set; } = "";

    /// <summary>The day of its release.</summary>
    public DateOnly? Date { get; set; }

    /// <summary><c>available</c>, <c>notRecommended</c>, <c>withdrawn</c>, <c>neverPublished</c>, <c>tagOnly</c>.</summary>
    public string Status { get; set; } = "available";

    /// <summary>Whether it is a pre-release; told by the version where empty.</summary>
    public bool? PreRelease { get; set; }

    /// <summary>The editions it was released in; all where empty.</summary>
    public IReadOnlyList<string> Editions { get; set; } = [];

    /// <summary>A remark, or the address of its notes where it differs from the template.</summary>
    public string? Notes { get; set; }

    /// <summary>The SHA-256 of its artifact by edition, where published.</summary>
    public IReadOnlyDictionary<string, string> Sha256 { get; set; } = new Dictionary<string, string>();

    /// <summary>The image id by edition, where published.</summary>
    public IReadOnlyDictionary<string, string> ImageIds { get; set; } = new Dictionary<string, string>();
}
