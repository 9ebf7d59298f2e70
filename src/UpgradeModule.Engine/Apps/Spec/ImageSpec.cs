namespace UpgradeModule.Engine.Apps;

/// <summary>The container image that holds a version.</summary>
public sealed record ImageSpec
{
    /// <summary>The registry that <c>-Registry</c> overrides for mirrors.</summary>
    public string? Registry { get; set; }

    /// <summary>The repository by edition: <c>metabase/metabase</c>.</summary>
    public IReadOnlyDictionary<string, string> Repositories { get; set; } = new Dictionary<string, string>();

    /// <summary>The tag; <c>{version}</c> and <c>{tag}</c> are replaced.</summary>
    public string Tag { get; set; } = "{tag}";

    /// <summary>Regular expressions of tags that move: <c>latest</c>, <c>.*\\.x</c>.</summary>
    public IReadOnlyList<string> MutableTags { get; set; } = [];

    /// <summary>The path of the program inside the image, for which <c>{artifact}</c> stands in commands: <c>/app/metabase.jar</c>.</summary>
    public string? Artifact { get; set; }

    /// <summary>The path inside the container that holds data.</summary>
    public string? DataPath { get; set; }

    /// <summary>
    /// How a database file that lies in the container itself is moved out of it, as Markdown. <c>{container}</c>, <c>{image}</c>, <c>{file}</c> (its path inside),
    /// <c>{fileName}</c>, <c>{fileBase}</c> (its name without the suffix that settings leave out) and <c>{folder}</c> are replaced.
    /// </summary>
    public string? MoveDataOut { get; set; }

    /// <summary>The user it runs as, where not root.</summary>
    public string? ConfigUser { get; set; }
}
