namespace UpgradeModule.Engine.Apps;

/// <summary>The single file that holds a version.</summary>
public sealed record ArtifactSpec
{
    /// <summary><c>jar</c> or <c>file</c>.</summary>
    public string Kind { get; set; } = "file";

    /// <summary>Its usual name.</summary>
    public string FileName { get; set; } = "";

    /// <summary>The base of its addresses, which <c>-BaseUrl</c> overrides for mirrors.</summary>
    public string? BaseUrl { get; set; }

    /// <summary>Its address by edition; <c>{base}</c>, <c>{version}</c> and <c>{tag}</c> are replaced.</summary>
    public IReadOnlyDictionary<string, string> Urls { get; set; } = new Dictionary<string, string>();

    /// <summary>How its version is read from the file itself.</summary>
    public EmbeddedVersionSpec? Version { get; set; }
}
