using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>
/// Clears away what a swap left that was cut short, and goes back to the container before: what stands under the name of a new container has not taken
/// the old one's place, or has been taken from it again. The same goes for a container that was being made anew.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="context">The deployment.</param>
/// <param name="name">The name of its container.</param>
internal sealed class SwapRecovery(IContainerEngine engine, DeploymentContext context, string name)
{
    // What made it is what its name is of: a swap, or a container's being made anew.
    private static readonly string[] s_makers = [ContainerLabels.Swap, ContainerLabels.Renews];

    /// <summary>Clears it away.</summary>
    /// <param name="except">The label of a swap that is about to be finished.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task SettleAsync(string? except, CancellationToken cancellationToken)
    {
        foreach (var (left, label) in await LeftAsync(cancellationToken).ConfigureAwait(false))
        {
            if (label != except) await SettleAsync(left, label, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Finds the container that a deployment is run from where a swap was cut short after the old one was renamed.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The old container, and the one that should have taken its place.</returns>
    public async Task<(ContainerInspect Old, ContainerInspect New)?> HalfDoneAsync(CancellationToken cancellationToken)
    {
        foreach (var (left, label) in await LeftAsync(cancellationToken).ConfigureAwait(false))
        {
            if (await engine.FindContainerAsync(ContainerNames.Kept(name, label), cancellationToken).ConfigureAwait(false) is { } old) return (old, left);
        }

        return null;
    }

    private async Task<List<(ContainerInspect Left, string Label)>> LeftAsync(CancellationToken cancellationToken)
    {
        var left = new List<(ContainerInspect, string)>();
        var made = await engine.ListContainersAsync(new ContainerQuery { Labels = [$"{ContainerLabels.Of}={name}"] }, cancellationToken).ConfigureAwait(false);
        foreach (var one in made)
        {
            if (s_makers.Select(maker => one.Labels?.GetValueOrDefault(maker)).FirstOrDefault(maker => maker is not null && one.PlainName == ContainerNames.New(name, maker)) is not { } label) continue;
            if (await engine.FindContainerAsync(one.Id, cancellationToken).ConfigureAwait(false) is { } container) left.Add((container, label));
        }

        return left;
    }

    private async Task SettleAsync(ContainerInspect left, string label, CancellationToken cancellationToken)
    {
        var present = await engine.FindContainerAsync(name, cancellationToken).ConfigureAwait(false);
        if (present is null && await engine.FindContainerAsync(ContainerNames.Kept(name, label), cancellationToken).ConfigureAwait(false) is { } kept)
        {
            await engine.RenameContainerAsync(kept.Id, name, cancellationToken).ConfigureAwait(false);
            present = kept;
        }

        if (present is null || ContainerStatus.IsUp(left)) return;
        if (left.Config?.Labels?.GetValueOrDefault(ContainerLabels.Replaces) == present.Id || left.Config?.Labels?.GetValueOrDefault(ContainerLabels.Renews) == present.Id)
        {
            await RestartPolicies.GiveBackAsync(engine, present, left.HostConfig?.RestartPolicy, cancellationToken).ConfigureAwait(false);
        }

        if (!await RemoveAsync(left, cancellationToken).ConfigureAwait(false)) return;
        await RemoveOwnVolumesAsync(left, present, cancellationToken).ConfigureAwait(false);
        context.Operation.Verbose($"The container '{left.PlainName}', which is not used, was removed.");
    }

    // The container before is in its place, and may be started: one that can't be removed is no reason to leave the application down.
    private async Task<bool> RemoveAsync(ContainerInspect left, CancellationToken cancellationToken)
    {
        try
        {
            await engine.RemoveContainerAsync(left.Id, force: false, volumes: false, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (UpgradeException failure)
        {
            context.Operation.Warning($"The container '{left.PlainName}', which is not used any more, can't be removed: {failure.Message} Remove it by hand: docker rm {left.PlainName}");
        }

        try
        {
            // It must not come up beside the other when the engine is started again.
            await RestartPolicies.TakeOffAsync(engine, left, context, cancellationToken).ConfigureAwait(false);
        }
        catch (UpgradeException failure)
        {
            context.Operation.Warning($"The container '{left.PlainName}' may start again by itself, its restart policy can't be taken off: {failure.Message}");
        }

        return false;
    }

    // Anonymous volumes of the new image alone: those that were carried belong to the old container as well.
    private async Task RemoveOwnVolumesAsync(ContainerInspect left, ContainerInspect present, CancellationToken cancellationToken)
    {
        var kept = (present.Mounts ?? []).Select(static mount => mount.Name).ToHashSet(StringComparer.Ordinal);
        var named = (left.HostConfig?.Binds ?? []).Select(static bind => bind.Split(':')[0]).Concat((left.HostConfig?.Mounts ?? []).Select(static mount => mount.Source ?? "")).ToHashSet(StringComparer.Ordinal);
        foreach (var mount in (left.Mounts ?? []).Where(mount => mount is { Type: "volume", Name.Length: 64 } && !kept.Contains(mount.Name) && !named.Contains(mount.Name!)))
        {
            try
            {
                await engine.RemoveVolumeAsync(mount.Name!, cancellationToken).ConfigureAwait(false);
            }
            catch (UpgradeException failure)
            {
                context.Operation.Verbose($"The volume '{mount.Name}', which is not used any more, can't be removed: {failure.Message}");
            }
        }
    }
}
