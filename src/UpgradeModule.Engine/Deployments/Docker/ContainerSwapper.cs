using System.Globalization;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>
/// Swaps a container for one of another image, crash-safe by order: the new one is made beside, the old one's restart policy is taken off, the old
/// one is renamed, the new one gets its name. Each step looks at what is there, so that doing it again, in whatever process, finishes it.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="context">The deployment.</param>
/// <param name="name">The name of its container.</param>
internal sealed class ContainerSwapper(IContainerEngine engine, DeploymentContext context, string name)
{
    private const string IdKey = "id";
    private const string LabelKey = "label";
    private const string PolicyKey = "restartPolicy";
    private const string ImageKey = "image";
    private const string ImageIdKey = "imageId";
    private const string RetriesKey = "restartRetries";

    /// <summary>Puts a container of an image in the place of the present one, and keeps that.</summary>
    /// <param name="image">The image.</param>
    /// <param name="label">The swap's label.</param>
    /// <param name="version">The version that is installed now.</param>
    /// <param name="cancellationToken">Ends the work before the old container is renamed.</param>
    public async Task<ReturnPoint> SwapAsync(AppImage image, string label, AppVersion? version, CancellationToken cancellationToken)
    {
        await new SwapRecovery(engine, context, name).SettleAsync(label, cancellationToken).ConfigureAwait(false);
        var present = await engine.FindContainerAsync(name, cancellationToken).ConfigureAwait(false);
        var kept = await engine.FindContainerAsync(ContainerNames.Kept(name, label), cancellationToken).ConfigureAwait(false);
        var fresh = await engine.FindContainerAsync(ContainerNames.New(name, label), cancellationToken).ConfigureAwait(false);
        if (present is not null && IsOfSwap(present, label)) return await PointAsync(kept ?? throw Lost(label), label, present.HostConfig?.RestartPolicy, version).ConfigureAwait(false);

        var old = present ?? kept ?? throw DockerDeployment.NotFound(engine, context, name);
        DemandStopped(old, "swapped");
        var policy = RestartPolicies.IsNone(fresh?.HostConfig?.RestartPolicy) ? old.HostConfig?.RestartPolicy : fresh!.HostConfig!.RestartPolicy;
        try
        {
            // One that was made before its process died may lack networks; once the old one is renamed, it is whole.
            if (present is not null && fresh is not null)
            {
                // The one that goes is the only one that still knows the policy.
                await RestartPolicies.GiveBackAsync(engine, old, policy, cancellationToken).ConfigureAwait(false);
                old = await engine.InspectContainerAsync(old.Id, cancellationToken).ConfigureAwait(false);
                await engine.RemoveContainerAsync(fresh.Id, force: false, volumes: true, cancellationToken).ConfigureAwait(false);
                fresh = null;
            }

            if (fresh is null) await CreateAsync(old, image, label, policy, cancellationToken).ConfigureAwait(false);
            await RestartPolicies.TakeOffAsync(engine, old, context, cancellationToken).ConfigureAwait(false);
            if (present is not null) await engine.RenameContainerAsync(old.Id, ContainerNames.Kept(name, label), cancellationToken).ConfigureAwait(false);
            await engine.RenameContainerAsync(ContainerNames.New(name, label), name, CancellationToken.None).ConfigureAwait(false);
            return await PointAsync(old, label, policy, version).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await TakeBackAsync(old.Id, policy).ConfigureAwait(false);
            if (failure is not UpgradeException known) throw;
            throw new UpgradeException("ArtifactSwapFailed", known.Category, name, $"The container '{name}' of '{context.Deployment.Name}' can't be replaced by one of {image.Reference}: {known.Message}", "The container is as it was. Mend the reason and do it again.", known);
        }
    }

    /// <summary>Puts a kept container back in its place and removes the one that took it.</summary>
    /// <param name="point">What was kept.</param>
    /// <param name="cancellationToken">Ends the work before anything is renamed.</param>
    public async Task UndoAsync(ReturnPoint point, CancellationToken cancellationToken)
    {
        var label = point.Data.GetValueOrDefault(LabelKey, "");
        var old = await FindKeptAsync(point, cancellationToken).ConfigureAwait(false)
            ?? throw new UpgradeException("ArtifactSwapFailed", UpgradeErrorCategory.ObjectNotFound, point.Location, $"The container kept as '{point.Location}' is not there any more, so it can't be put back: 'docker system prune' and 'docker container prune' remove stopped containers.", $"Pull that version{(point.Data.GetValueOrDefault(ImageKey) is { Length: > 0 } image ? $" ({image})" : "")} with Save-AppImage and put it in place with Update-AppImage.");
        var present = await engine.FindContainerAsync(name, cancellationToken).ConfigureAwait(false);
        if (present is not null && present.Id != old.Id)
        {
            DemandStopped(present, "put back");
            if (await engine.FindContainerAsync(ContainerNames.New(name, label), cancellationToken).ConfigureAwait(false) is { } inTheWay) await engine.RemoveContainerAsync(inTheWay.Id, force: false, volumes: false, cancellationToken).ConfigureAwait(false);
            await engine.RenameContainerAsync(present.Id, ContainerNames.New(name, label), CancellationToken.None).ConfigureAwait(false);
        }

        if (old.PlainName != name) await engine.RenameContainerAsync(old.Id, name, CancellationToken.None).ConfigureAwait(false);
        await RestartPolicies.GiveBackAsync(engine, old, PolicyOf(point), CancellationToken.None).ConfigureAwait(false);
        await new SwapRecovery(engine, context, name).SettleAsync(null, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Removes a kept container. Its volumes stay: they are carried by the one that took its place.</summary>
    /// <param name="point">What was kept.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task DropAsync(ReturnPoint point, CancellationToken cancellationToken)
    {
        if (await FindKeptAsync(point, cancellationToken).ConfigureAwait(false) is not { } kept || kept.PlainName == name) return;
        DemandStopped(kept, "removed");
        await engine.RemoveContainerAsync(kept.Id, force: false, volumes: false, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsOfSwap(ContainerInspect container, string label) => container.Config?.Labels?.GetValueOrDefault(ContainerLabels.Swap) == label;

    private static RestartPolicy? PolicyOf(ReturnPoint point) => point.Data.GetValueOrDefault(PolicyKey) is { Length: > 0 } policy
        ? new RestartPolicy { Name = policy, MaximumRetryCount = int.TryParse(point.Data.GetValueOrDefault(RetriesKey), NumberStyles.None, CultureInfo.InvariantCulture, out var retries) ? retries : 0 }
        : null;

    private async Task<ContainerInspect?> FindKeptAsync(ReturnPoint point, CancellationToken cancellationToken) =>
        (point.Data.GetValueOrDefault(IdKey) is { Length: > 0 } id ? await engine.FindContainerAsync(id, cancellationToken).ConfigureAwait(false) : null)
        ?? await engine.FindContainerAsync(point.Location, cancellationToken).ConfigureAwait(false);

    private async Task CreateAsync(ContainerInspect old, AppImage image, string label, RestartPolicy? policy, CancellationToken cancellationToken)
    {
        var before = await engine.InspectImageAsync(old.Image!, cancellationToken).ConfigureAwait(false);
        var version = await engine.GetVersionAsync(cancellationToken).ConfigureAwait(false);
        var request = ContainerRecipe.Of(old, before.Config, image.Digest.Length > 0 ? image.Digest : image.ImageId, version.IsPodman);
        var labels = new Dictionary<string, string>(request.Config.Labels!, StringComparer.Ordinal)
        {
            [ContainerLabels.Swap] = label,
            [ContainerLabels.Of] = name,
            [ContainerLabels.Replaces] = old.Id,
            [ContainerLabels.Version] = image.Version.Text,
            [ContainerLabels.ImageId] = image.ImageId,
            [ContainerLabels.Reference] = image.Reference,
        };
        await engine.CreateContainerAsync(
            request with
            {
                Name = ContainerNames.New(name, label),
                Config = request.Config with { Labels = labels },
                HostConfig = request.HostConfig with { RestartPolicy = policy },
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<ReturnPoint> PointAsync(ContainerInspect old, string label, RestartPolicy? policy, AppVersion? version)
    {
        var data = new Dictionary<string, string>(StringComparer.Ordinal) { [IdKey] = old.Id, [LabelKey] = label };
        if (policy?.Name is { Length: > 0 } restart)
        {
            data[PolicyKey] = restart;
            data[RetriesKey] = (policy.MaximumRetryCount ?? 0).ToString(CultureInfo.InvariantCulture);
        }

        // A prune takes a stopped container, and then its image: with these it can be made again.
        if (old.Image is { Length: > 0 } image) data[ImageIdKey] = image;
        if (await ReferenceAsync(old).ConfigureAwait(false) is { Length: > 0 } reference) data[ImageKey] = reference;
        return new ReturnPoint { Kind = "Container", Location = ContainerNames.Kept(name, label), Version = version, Created = DateTimeOffset.UtcNow, Data = data };
    }

    private async Task<string?> ReferenceAsync(ContainerInspect old)
    {
        try
        {
            if (old.Image is { } id && await engine.InspectImageAsync(id, CancellationToken.None).ConfigureAwait(false) is { RepoDigests: [var digest, ..] }) return digest;
        }
        catch (UpgradeException failure)
        {
            context.Operation.Verbose($"The digest of the image of '{old.PlainName}' can't be told: {failure.Message}");
        }

        return old.Config?.Image;
    }

    private async Task TakeBackAsync(string old, RestartPolicy? policy)
    {
        try
        {
            await new SwapRecovery(engine, context, name).SettleAsync(null, CancellationToken.None).ConfigureAwait(false);

            // Where no new one is left, nothing else remembers what was taken off.
            var present = await engine.FindContainerAsync(name, CancellationToken.None).ConfigureAwait(false);
            if (present?.Id == old) await RestartPolicies.GiveBackAsync(engine, present, policy, CancellationToken.None).ConfigureAwait(false);
        }
        catch (UpgradeException failure)
        {
            context.Operation.Verbose($"What the swap left is cleared away at the next start: {failure.Message}");
        }
    }

    private void DemandStopped(ContainerInspect container, string what)
    {
        if (!ContainerStatus.IsUp(container)) return;
        throw new UpgradeException("ServiceRunning", UpgradeErrorCategory.ResourceBusy, context.Deployment.Name, $"The container of '{context.Deployment.Name}' can't be {what} while it runs ('{container.PlainName}').", "Stop it first, with Stop-AppService.");
    }

    private UpgradeException Lost(string label) =>
        new("ArtifactSwapFailed", UpgradeErrorCategory.ObjectNotFound, name, $"The container '{name}' has been replaced, and the one before, kept as '{ContainerNames.Kept(name, label)}', is not there any more.", "Pull that version with Save-AppImage and put it in place with Update-AppImage to go back.");
}
