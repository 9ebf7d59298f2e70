using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Tells which version a container's image holds, from what can't be wrong: a tag that moves tells nothing.</summary>
internal static class InstalledVersion
{
    private const string VersionLabel = "org.opencontainers.image.version";

    /// <summary>Reads it.</summary>
    /// <param name="spec">The application.</param>
    /// <param name="container">The container.</param>
    /// <param name="image">Its image, where it is still there.</param>
    /// <returns>The version; <see langword="null"/> where nothing tells it.</returns>
    public static AppVersion? Of(AppSpec spec, ContainerInspect container, ImageInspect? image)
    {
        var tags = new ImageTags(spec);
        return Recorded(container) ?? tags.VersionOf(ImageReference.Parse(container.Config?.Image).Tag) ?? FromImageOf(spec, tags, image);
    }

    /// <summary>Reads it of an image alone.</summary>
    /// <param name="spec">The application.</param>
    /// <param name="image">The image.</param>
    public static AppVersion? Of(AppSpec spec, ImageInspect? image) => FromImageOf(spec, new ImageTags(spec), image);

    // What the last run wrote down counts as long as the container still is of that image.
    private static AppVersion? Recorded(ContainerInspect container)
    {
        if (container.Config?.Labels is not { } labels) return null;
        return labels.TryGetValue(ContainerLabels.ImageId, out var id) && ImageReference.SameId(id, container.Image) && labels.TryGetValue(ContainerLabels.Version, out var text) && AppVersion.TryParse(text, out var version) ? version : null;
    }

    private static AppVersion? FromImageOf(AppSpec spec, ImageTags tags, ImageInspect? image)
    {
        if (image is null) return null;
        var repositories = spec.Image?.Repositories.Values.ToList() ?? [];
        foreach (var reference in (image.RepoTags ?? []).Select(ImageReference.Parse))
        {
            if (repositories.Any(reference.IsOf) && tags.VersionOf(reference.Tag) is { } version) return version;
        }

        return image.Config?.Labels is { } labels && labels.TryGetValue(VersionLabel, out var text) ? tags.Known(text) : null;
    }
}
