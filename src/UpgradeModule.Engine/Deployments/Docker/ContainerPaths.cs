using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Translates paths inside a container to paths of the engine's machine.</summary>
internal static class ContainerPaths
{
    /// <summary>The mount that a path lies in: the innermost one.</summary>
    /// <param name="container">The container.</param>
    /// <param name="path">The full path inside.</param>
    /// <returns>The mount; <see langword="null"/> where the path lies in the container itself.</returns>
    public static MountPoint? MountOf(ContainerInspect container, string path) =>
        (container.Mounts ?? []).Where(mount => mount.Destination is { Length: > 0 } place && Contains(place, path)).MaxBy(static mount => mount.Destination!.TrimEnd('/').Length);

    /// <summary>The path on the engine's machine.</summary>
    /// <param name="mount">The mount.</param>
    /// <param name="path">The full path inside.</param>
    /// <returns>The path; <see langword="null"/> where the mount is no folder of that machine.</returns>
    public static string? OnHost(MountPoint mount, string path)
    {
        if (mount.Type is not ("bind" or "volume") || string.IsNullOrEmpty(mount.Source)) return null;
        var rest = path[Math.Min(path.Length, mount.Destination!.TrimEnd('/').Length)..].TrimStart('/');
        return rest.Length == 0 ? mount.Source : mount.Source.TrimEnd('/', '\\') + "/" + rest;
    }

    private static bool Contains(string folder, string path)
    {
        var place = folder.TrimEnd('/');
        return path == place || path == folder || path.StartsWith(place + "/", StringComparison.Ordinal);
    }
}
