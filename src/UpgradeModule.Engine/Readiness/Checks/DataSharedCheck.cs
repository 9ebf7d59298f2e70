using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Deployments.Docker;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>No second container of the application runs on the same database file: it would go on with the old version on what the new one has migrated, and H2 lets only one process in.</summary>
internal sealed class DataSharedCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "DataShared";

    /// <inheritdoc/>
    public bool Concerns(ReadinessContext context) => ContainerLook.Concerns(context);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (context.Database is not { Path: { } given } database || await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is not { } look) return [];
        if (await PlaceAsync(look, database, given, cancellationToken).ConfigureAwait(false) is not { } place) return [];
        var others = new List<string>();
        foreach (var listed in await look.Deployment.Engine.ListContainersAsync(new ContainerQuery { All = false }, cancellationToken).ConfigureAwait(false))
        {
            if (listed.Id == look.Container.Id || await look.Deployment.Engine.FindContainerAsync(listed.Id, cancellationToken).ConfigureAwait(false) is not { } other) continue;
            if (IsOfApp(context, other) && (other.Mounts ?? []).Any(mount => mount.RW && Reaches(mount, place))) others.Add(other.PlainName);
        }

        return others.Count == 0
            ? []
            : [Finding.Blocker(
                $"Another container of {context.Name} runs on the same database file '{place}': {string.Join(", ", others)}. It would work on what is half migrated, and with the old version on what the new one has migrated.",
                $"Stop it ('docker stop {others[0]}'), and give it data of its own.",
                place)];
    }

    private static async Task<string?> PlaceAsync(ContainerLook look, DatabaseTarget database, string given, CancellationToken cancellationToken)
    {
        // What was given is a path of this machine, what settings tell one inside.
        if (!database.FromSettings) return given;
        var file = await new DatabaseFile(look.Deployment).InsideAsync(look.Container, database, cancellationToken).ConfigureAwait(false);
        return ContainerPaths.MountOf(look.Container, file) is { } mount ? ContainerPaths.OnHost(mount, file) : null;
    }

    // What else mounts the data (a backup, say) has its own ways not to be in the way.
    private static bool IsOfApp(ReadinessContext context, ContainerInspect other)
    {
        if ((other.Config?.Labels ?? new Dictionary<string, string>()).Keys.Any(static label => label is ContainerLabels.OneOff or ContainerLabels.Lock)) return false;
        var image = ImageReference.Parse(other.Config?.Image);
        return (context.Deployment.Spec.Image?.Repositories.Values ?? []).Any(image.IsOf);
    }

    private static bool Reaches(MountPoint mount, string place) =>
        mount.Destination is { Length: > 0 } inside && ContainerPaths.OnHost(mount, inside) is { } source && (place == source || place.StartsWith(source.TrimEnd('/') + "/", StringComparison.Ordinal));
}
