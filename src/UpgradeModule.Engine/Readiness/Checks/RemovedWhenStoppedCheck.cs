using UpgradeModule.Engine.Deployments.Docker;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>The container stays when it is stopped: one that was run with --rm is gone then, and with it the way back and its anonymous volumes.</summary>
internal sealed class RemovedWhenStoppedCheck : IReadinessCheck
{
    private const string SystemdUnit = "PODMAN_SYSTEMD_UNIT";

    /// <inheritdoc/>
    public string Name => "RemovedWhenStopped";

    /// <inheritdoc/>
    public bool Concerns(ReadinessContext context) => ContainerLook.Concerns(context);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is not { } look) return [];
        if (look.Labels.TryGetValue(SystemdUnit, out var unit))
        {
            return [Finding.Blocker($"The container '{look.Name}' is made anew by the systemd unit '{unit}' each time it starts.", $"Change the image in the unit '{unit}' yourself, after a backup (Backup-AppDatabase).", look.Name)];
        }

        return look.Container.HostConfig?.AutoRemove != true
            ? []
            : [Finding.Blocker(ContainerControl.RemovedWhenStoppedMessage(look.Name), ContainerControl.RemovedWhenStoppedRemedy, look.Name)];
    }
}
