namespace UpgradeModule.Engine.Apps;

/// <summary>How an application writes its versions.</summary>
public sealed record VersionSpec
{
    /// <summary><c>numeric</c>: the first number is the major. <c>licensed</c>: the first number names the edition, as Metabase does, and the second is the major.</summary>
    public string Scheme { get; set; } = "numeric";

    /// <summary>How tags write a version: <c>v{version}</c>.</summary>
    public string Tag { get; set; } = "{version}";

    /// <summary>For the scheme <c>licensed</c>: the first number by edition id: <c>{"oss":"0","ee":"1"}</c>.</summary>
    public IReadOnlyDictionary<string, string> EditionPrefixes { get; set; } = new Dictionary<string, string>();

    /// <summary>Suffixes that name a build variant of the same release: <c>with-texlive-full</c>. They begin with <c>with-</c>.</summary>
    public IReadOnlyList<string> Variants { get; set; } = [];
}
