namespace UpgradeModule.Engine;

/// <summary>What deployments are looked for.</summary>
public sealed record FindQuery
{
    /// <summary>The applications, by name or by their definition's path; all where empty.</summary>
    public IReadOnlyList<string> Apps { get; init; } = [];

    /// <summary>The host kinds; all that can look where empty.</summary>
    public IReadOnlyList<AppHostKind> HostKinds { get; init; } = [];

    /// <summary>The address of the container engine; the usual ones where <see langword="null"/>.</summary>
    public string? DockerHost { get; init; }
}
