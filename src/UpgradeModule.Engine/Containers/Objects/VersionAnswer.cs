namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>What an engine tells of its versions.</summary>
internal sealed record VersionAnswer
{
    /// <summary>The engine's version.</summary>
    public string? Version { get; init; }

    /// <summary>The newest API version that it speaks.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>The oldest.</summary>
    public string? MinAPIVersion { get; init; }

    /// <summary>linux or windows.</summary>
    public string? Os { get; init; }

    /// <summary>The processor.</summary>
    public string? Arch { get; init; }

    /// <summary>What it is made of: <c>Engine</c>, <c>Podman Engine</c>.</summary>
    public IReadOnlyList<VersionComponent>? Components { get; init; }
}
