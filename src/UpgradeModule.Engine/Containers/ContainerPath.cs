namespace UpgradeModule.Engine.Containers;

/// <summary>A file or folder inside a container.</summary>
/// <param name="Name">The last part of its path.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="IsDirectory">Whether it is a folder.</param>
/// <param name="Modified">When it was changed.</param>
/// <param name="LinkTarget">Where it points, of a symbolic link.</param>
internal sealed record ContainerPath(string Name, long Size, bool IsDirectory, DateTimeOffset Modified, string? LinkTarget);
