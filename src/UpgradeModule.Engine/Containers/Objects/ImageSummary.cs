namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>An image, as a list shows it.</summary>
internal sealed record ImageSummary
{
    /// <summary>Its id.</summary>
    public string Id { get; init; } = "";

    /// <summary>Its tags.</summary>
    public IReadOnlyList<string>? RepoTags { get; init; }

    /// <summary>Its digests in registries.</summary>
    public IReadOnlyList<string>? RepoDigests { get; init; }

    /// <summary>Its size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}
