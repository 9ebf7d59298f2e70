using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>
/// Makes a container anew, as it was, that its engine can never start again. A Docker daemon that ends while it starts a container leaves a task of that container's
/// id to containerd; from then on every start fails with "task …: already exists", and neither stop nor kill nor another try clears it, only another id does. The
/// old one is kept, since what was changed inside it, beside its volumes, is nowhere else.
/// </summary>
/// <param name="deployment">The deployment.</param>
internal sealed class ContainerRenewal(DockerDeployment deployment)
{
    private readonly IContainerEngine _engine = deployment.Engine;

    /// <summary>Puts a container like it in its place.</summary>
    /// <param name="stuck">The container; nothing of it runs.</param>
    /// <param name="cancellationToken">Ends the work before the old one is renamed.</param>
    /// <exception cref="UpgradeException">What the engine refuses; the old one is in its place then.</exception>
    public async Task RenewAsync(ContainerInspect stuck, CancellationToken cancellationToken)
    {
        var (name, label) = (deployment.Name, stuck.Id);
        var policy = stuck.HostConfig?.RestartPolicy;
        try
        {
            var request = await RequestAsync(stuck, cancellationToken).ConfigureAwait(false);
            await _engine.CreateContainerAsync(request with { Name = ContainerNames.New(name, label) }, cancellationToken).ConfigureAwait(false);
            await RestartPolicies.TakeOffAsync(_engine, stuck, deployment.Context, cancellationToken).ConfigureAwait(false);
            await _engine.RenameContainerAsync(stuck.Id, ContainerNames.Kept(name, label), cancellationToken).ConfigureAwait(false);
            await _engine.RenameContainerAsync(ContainerNames.New(name, label), name, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            await TakeBackAsync(stuck, policy).ConfigureAwait(false);
            throw;
        }

        deployment.Context.Operation.Warning(
            $"The engine can't start the container '{name}' any more: it ended while it was starting it, and takes it for half started ever since. It was made anew, as it was, with its volumes. "
            + $"The one before is kept as '{ContainerNames.Kept(name, label)}', for what was changed inside it beside its volumes; remove it when nothing of that is needed: docker rm {ContainerNames.Kept(name, label)}");
    }

    private async Task<ContainerCreateRequest> RequestAsync(ContainerInspect stuck, CancellationToken cancellationToken)
    {
        var image = await _engine.InspectImageAsync(stuck.Image!, cancellationToken).ConfigureAwait(false);
        var version = await _engine.GetVersionAsync(cancellationToken).ConfigureAwait(false);
        var asked = stuck.Config?.Image ?? "";
        var moved = asked.Length == 0 || !ImageReference.SameId((await _engine.FindImageAsync(asked, cancellationToken).ConfigureAwait(false))?.Id, stuck.Image);
        var request = ContainerRecipe.Of(stuck, image.Config, moved ? stuck.Image! : asked, version.IsPodman);
        var labels = new Dictionary<string, string>(request.Config.Labels!, StringComparer.Ordinal);

        // It is of the swap that its predecessor was of: who takes that back looks for it.
        foreach (var (key, value) in stuck.Config?.Labels ?? new Dictionary<string, string>())
        {
            if (ContainerLabels.IsOwn(key)) labels[key] = value;
        }

        labels[ContainerLabels.Of] = deployment.Name;
        labels[ContainerLabels.Renews] = stuck.Id;
        if (moved && !labels.ContainsKey(ContainerLabels.ImageId)) Record(labels, stuck, asked);
        return request with { Config = request.Config with { Labels = labels }, HostConfig = request.HostConfig with { RestartPolicy = stuck.HostConfig?.RestartPolicy } };
    }

    // Its tag is another image's by now, so that it would no longer tell which version it is.
    private void Record(Dictionary<string, string> labels, ContainerInspect stuck, string asked)
    {
        if (deployment.Context.Deployment.Version is not { } version) return;
        labels[ContainerLabels.ImageId] = stuck.Image!;
        labels[ContainerLabels.Version] = version.Text;
        if (asked.Length > 0) labels[ContainerLabels.Reference] = asked;
    }

    private async Task TakeBackAsync(ContainerInspect stuck, RestartPolicy? policy)
    {
        try
        {
            await new SwapRecovery(_engine, deployment.Context, deployment.Name).SettleAsync(null, CancellationToken.None).ConfigureAwait(false);
            var present = await _engine.FindContainerAsync(deployment.Name, CancellationToken.None).ConfigureAwait(false);
            if (present?.Id == stuck.Id) await RestartPolicies.GiveBackAsync(_engine, present, policy, CancellationToken.None).ConfigureAwait(false);
        }
        catch (UpgradeException failure)
        {
            deployment.Context.Operation.Verbose($"What making the container anew left is cleared away at the next start: {failure.Message}");
        }
    }
}
