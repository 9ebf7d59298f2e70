using UpgradeModule.Engine.Deployments.Docker;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The container that an upgrade keeps isn't started beside the new one at the machine's next start: Podman before 5 can't take its restart policy off.</summary>
internal sealed class RestartPolicyCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "RestartPolicy";

    /// <inheritdoc/>
    public bool Concerns(ReadinessContext context) => ContainerLook.Concerns(context);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is not { } look || !RestartPolicies.StartsAtBoot(look.Container.HostConfig?.RestartPolicy)) return [];
        var version = await look.Deployment.Engine.GetVersionAsync(cancellationToken).ConfigureAwait(false);
        return !version.IsPodman || !Version.TryParse(version.Version.Split('-', '+')[0], out var number) || number.Major >= 5
            ? []
            : [Finding.Warning(
                $"{version} can't take the restart policy '{look.Container.HostConfig!.RestartPolicy!.Name}' off the container '{look.Name}', which an upgrade keeps: where podman-restart.service is enabled, a restart of the machine starts it beside the new one, on the same data.",
                RestartPolicies.Remedy,
                look.Name)];
    }
}
