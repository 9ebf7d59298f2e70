using UpgradeModule.Engine.Containers;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Removes what belongs to clones from an engine: containers, the volumes that were made for them, images.</summary>
internal static class LeftContainers
{
    /// <summary>Removes it.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="whose">Tells of a mark whether it is one of those.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>How much there was.</returns>
    public static async Task<int> RemoveAsync(IContainerEngine engine, Func<string, bool> whose, IOperationContext operation, CancellationToken cancellationToken)
    {
        var removed = 0;
        var volumes = new HashSet<string>(StringComparer.Ordinal);

        // Those that share a network go before the one that holds it.
        var containers = await engine.ListContainersAsync(new ContainerQuery(), cancellationToken).ConfigureAwait(false);
        var own = containers.Where(one => CloneNames.MarkOf(one.PlainName) is { } mark && whose(mark)).OrderBy(static one => one.PlainName.EndsWith(".network", StringComparison.Ordinal) ? 1 : 0).ToList();
        foreach (var one in own)
        {
            if (await engine.FindContainerAsync(one.Id, cancellationToken).ConfigureAwait(false) is not { } container) continue;
            volumes.UnionWith((container.Mounts ?? []).Where(static mount => mount is { Type: "volume", Name.Length: > 0 }).Select(static mount => mount.Name!));
            await TryAsync(() => engine.RemoveContainerAsync(one.Id, force: true, volumes: true, cancellationToken)).ConfigureAwait(false);
            removed++;
        }

        // A clone's mounts are copies in its folder: a volume of it can only be one that was made for it.
        foreach (var volume in volumes)
        {
            if (await engine.FindVolumeAsync(volume, cancellationToken).ConfigureAwait(false) is not null) await TryAsync(() => engine.RemoveVolumeAsync(volume, cancellationToken)).ConfigureAwait(false);
        }

        foreach (var image in await engine.ListImagesAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var tag in (image.RepoTags ?? []).Where(tag => tag[(tag.LastIndexOf('/') + 1)..].StartsWith(CloneNames.NetworkRepository + ":", StringComparison.Ordinal) && whose(CloneNames.MarkOf(tag[(tag.LastIndexOf('/') + 1)..])!)))
            {
                await TryAsync(() => engine.RemoveImageAsync(tag, force: false, cancellationToken)).ConfigureAwait(false);
                removed++;
            }
        }

        return removed;

        async Task TryAsync(Func<Task> work)
        {
            try
            {
                await work().ConfigureAwait(false);
            }
            catch (UpgradeException failure)
            {
                operation.Verbose($"Something of a rehearsal could not be removed; the next one tries again: {failure.Message}");
            }
        }
    }
}
