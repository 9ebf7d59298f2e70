using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>
/// The mounts of a container in a form in which another one can have them. Anonymous volumes appear nowhere but among the mounts: unless they are
/// carried by their name, a new container begins with empty ones and the data seems lost.
/// </summary>
internal sealed class CarriedVolumes
{
    private readonly HashSet<string> _covered;

    private CarriedVolumes(IReadOnlyList<string>? binds, IReadOnlyList<MountSpec>? mounts, HashSet<string> covered)
    {
        Binds = binds;
        Mounts = mounts;
        _covered = covered;
    }

    /// <summary>Binds and volumes in their short form, anonymous ones by name.</summary>
    public IReadOnlyList<string>? Binds { get; }

    /// <summary>Mounts in their long form, anonymous ones by name.</summary>
    public IReadOnlyList<MountSpec>? Mounts { get; }

    /// <summary>Works them out.</summary>
    /// <param name="container">The container.</param>
    public static CarriedVolumes Of(ContainerInspect container)
    {
        var host = container.HostConfig ?? new HostConfig();
        var volumes = (container.Mounts ?? []).Where(static mount => mount is { Type: "volume", Name.Length: > 0, Destination.Length: > 0 }).ToList();
        var binds = (host.Binds ?? []).ToList();
        var mounts = (host.Mounts ?? []).Select(mount => Named(mount, volumes)).ToList();
        var covered = new HashSet<string>(StringComparer.Ordinal);
        foreach (var volume in volumes)
        {
            var path = volume.Destination!;
            if (binds.Any(bind => LeadsTo(bind, path)) || mounts.Any(mount => IsSame(mount.Target, path)))
            {
                covered.Add(Trim(path));
                continue;
            }

            // What comes from another container comes from there again.
            if (host.VolumesFrom is { Count: > 0 } && container.Config?.Volumes?.Keys.Any(own => IsSame(own, path)) != true) continue;
            binds.Add($"{volume.Name}:{path}{Options(volume)}");
            covered.Add(Trim(path));
        }

        return new CarriedVolumes(binds.Count == 0 ? host.Binds : binds, mounts.Count == 0 ? host.Mounts : mounts, covered);
    }

    /// <summary>Whether a path is mounted already, so that no anonymous volume is to be made for it.</summary>
    /// <param name="path">The path inside.</param>
    public bool Covers(string path) => _covered.Contains(Trim(path));

    private static MountSpec Named(MountSpec mount, List<MountPoint> volumes) =>
        mount is { Type: "volume", Source: null or "" } && volumes.FirstOrDefault(volume => IsSame(volume.Destination, mount.Target)) is { } volume
            ? mount with { Source = volume.Name }
            : mount;

    // SOURCE:PATH[:OPTIONS]; both may have a drive letter's colon in them.
    private static bool LeadsTo(string bind, string path)
    {
        var at = bind.IndexOf(":" + Trim(path), StringComparison.Ordinal);
        if (at < 0) return false;
        var rest = bind[(at + 1 + Trim(path).Length)..].TrimStart('/');
        return rest.Length == 0 || rest[0] == ':';
    }

    private static string Options(MountPoint volume) => volume.Mode is { Length: > 0 } mode ? ":" + mode : volume.RW ? "" : ":ro";

    private static bool IsSame(string? left, string? right) => left is not null && right is not null && Trim(left) == Trim(right);

    private static string Trim(string path) => path.Length > 1 ? path.TrimEnd('/') : path;
}
