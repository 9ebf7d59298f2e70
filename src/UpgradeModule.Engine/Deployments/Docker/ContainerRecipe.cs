using System.Text.Json;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>
/// Makes of a container the request for one of another image: with everything that was the container's own, and nothing that came from the image before.
/// Pure: it asks nobody.
/// </summary>
internal static class ContainerRecipe
{
    private const int ShortId = 12;

    /// <summary>Writes the request.</summary>
    /// <param name="container">The container as it is.</param>
    /// <param name="imageBefore">The configuration of the image that it was made from.</param>
    /// <param name="image">The image of the new one, as a reference that doesn't move.</param>
    /// <param name="podman">Whether the engine is Podman, which adds things of its own.</param>
    public static ContainerCreateRequest Of(ContainerInspect container, ContainerConfig? imageBefore, string image, bool podman = false)
    {
        var volumes = CarriedVolumes.Of(container);
        var (mode, networks) = ContainerNetworks.Of(container);
        return new ContainerCreateRequest
        {
            Config = Config(container, imageBefore ?? new ContainerConfig(), volumes, mode, podman) with { Image = image },
            HostConfig = Host(container, volumes, mode, podman),
            Networks = networks,
        };
    }

    private static ContainerConfig Config(ContainerInspect container, ContainerConfig image, CarriedVolumes volumes, string? mode, bool podman)
    {
        var own = container.Config ?? new ContainerConfig();
        var (entrypoint, command) = FromImage.Command((own.Entrypoint, own.Cmd), (image.Entrypoint, image.Cmd));
        var published = container.HostConfig?.PortBindings?.Keys ?? [];
        return own with
        {
            Hostname = Hostname(container, mode),
            User = FromImage.Text(own.User, image.User),
            WorkingDir = FromImage.Text(own.WorkingDir, image.WorkingDir),
            StopSignal = FromImage.Text(own.StopSignal, image.StopSignal),
            Env = [.. FromImage.Environment(own.Env, image.Env).Where(entry => !podman || !IsInjected(entry, container.Id))],
            Labels = FromImage.Labels(own.Labels, image.Labels).Where(static pair => !ContainerLabels.IsOwn(pair.Key)).ToDictionary(static pair => pair.Key, static pair => pair.Value, StringComparer.Ordinal),
            Entrypoint = entrypoint,
            Cmd = command,
            Healthcheck = FromImage.Healthcheck(own.Healthcheck, image.Healthcheck),

            // A published port needs to be exposed as well, whether the new image says so or not.
            ExposedPorts = Marks(FromImage.Keys(own.ExposedPorts?.Keys, image.ExposedPorts?.Keys).Union(published, StringComparer.Ordinal)),
            Volumes = Marks(FromImage.Keys(own.Volumes?.Keys, image.Volumes?.Keys).Where(path => !volumes.Covers(path))),
            Shell = null,
        };
    }

    private static HostConfig Host(ContainerInspect container, CarriedVolumes volumes, string? mode, bool podman)
    {
        var own = container.HostConfig ?? new HostConfig();
        string[] left = podman ? ["ContainerIDFile", "Runtime", "CgroupMode", "CgroupManager"] : ["ContainerIDFile"];
        return own with
        {
            Binds = volumes.Binds,
            Mounts = volumes.Mounts,
            NetworkMode = mode,
            Links = own.Links is { Count: > 0 } links ? [.. links.Select(Link)] : null,
            Extra = own.Extra?.Where(pair => !left.Contains(pair.Key, StringComparer.Ordinal)).ToDictionary(static pair => pair.Key, static pair => pair.Value, StringComparer.Ordinal),
        };
    }

    // The engine gives a container that has no name of its own the beginning of its id; beside another container's network it has that one's name.
    private static string? Hostname(ContainerInspect container, string? mode)
    {
        var name = container.Config?.Hostname;
        if (string.IsNullOrEmpty(name) || mode == "host" || mode?.StartsWith("container:", StringComparison.Ordinal) == true) return null;
        return container.Id.StartsWith(name, StringComparison.OrdinalIgnoreCase) && name.Length >= ShortId ? null : name;
    }

    private static bool IsInjected(string entry, string id) =>
        entry is "container=podman" or "container=oci" or "TERM=xterm" or "HOME=/root" or "HOME=/"
        || (entry.StartsWith("HOSTNAME=", StringComparison.Ordinal) && entry.Length > 9 + ShortId - 1 && id.StartsWith(entry[9..], StringComparison.Ordinal));

    // An inspect tells a link as /other:/me/alias, a request takes other:alias.
    private static string Link(string link)
    {
        var colon = link.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ContainerNames.Plain(link) : $"{ContainerNames.Plain(link[..colon])}:{link[(link.LastIndexOf('/') is var slash && slash > colon ? slash + 1 : colon + 1)..]}";
    }

    private static Dictionary<string, JsonElement>? Marks(IEnumerable<string> keys)
    {
        using var empty = JsonDocument.Parse("{}");
        var marks = keys.ToDictionary(static key => key, _ => empty.RootElement.Clone(), StringComparer.Ordinal);
        return marks.Count == 0 ? null : marks;
    }
}
