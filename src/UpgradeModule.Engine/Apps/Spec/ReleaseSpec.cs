namespace UpgradeModule.Engine.Apps;

/// <summary>One release.</summary>
public sealed record ReleaseSpec
{
    /// <summary>The version, as the default edition writes it.</summary>
    public string Version { get; init; } = "";

    /// <summary>The day of its release.</summary>
    public DateOnly? Date { get; init; }

    /// <summary><c>available</c>, <c>notRecommended</c>, <c>withdrawn</c>, <c>neverPublished</c>, <c>tagOnly</c>.</summary>
    public string Status { get; init; } = "available";

    /// <summary>Whether it is a pre-release; told by the version where empty.</summary>
    public bool? PreRelease { get; init; }

    /// <summary>The editions it was released in; all where empty.</summary>
    public IReadOnlyList<string> Editions { get; init; } = [];

    /// <summary>A remark, or the address of its notes where it differs from the template.</summary>
    public string? Notes { get; init; }

    /// <summary>The SHA-256 of its artifact by edition, where published.</summary>
    public IReadOnlyDictionary<string, string> Sha256 { get; init; } = new Dictionary<string, string>();

    /// <summary>The image id by edition, where published.</summary>
    public IReadOnlyDictionary<string, string> ImageIds { get; init; } = new Dictionary<string, string>();
}
