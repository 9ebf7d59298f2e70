namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A path of a container's own file system that is not as in its image.</summary>
internal sealed record ContainerChange
{
    /// <summary>The full path inside.</summary>
    public string Path { get; init; } = "";

    /// <summary>0: changed, 1: added, 2: removed.</summary>
    public int Kind { get; init; }
}
