using System.Globalization;
using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Deployments.Docker;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>
/// Nobody ends the application because it isn't ready in time: one that migrates its database on start may need many minutes, and a migration that
/// is killed leaves the database half migrated.
/// </summary>
internal sealed class WatchdogCheck : IReadinessCheck
{
    private const string UsualLabel = "autoheal";
    private static readonly string[] s_healers = ["willfarrell/autoheal"];

    /// <inheritdoc/>
    public string Name => "Watchdog";

    /// <inheritdoc/>
    public bool Concerns(ReadinessContext context) => UnitLook.Concerns(context) || ContainerLook.Concerns(context);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        // What a command migrates is migrated before the application starts.
        if (context.Deployment.Spec.Migrations is not { UpCommand.Count: 0 }) return [];
        var found = UnitLook.Concerns(context) ? await OfUnitAsync(context, cancellationToken).ConfigureAwait(false) : await OfContainerAsync(context, cancellationToken).ConfigureAwait(false);
        return found is null ? [] : [found];
    }

    private static async Task<Finding?> OfUnitAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await UnitLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is not { Unit: { Definition.KillsAfter: { } limit } unit }) return null;
        return Finding.Warning(
            string.Create(CultureInfo.InvariantCulture, $"systemd kills {context.Name} when it isn't ready {limit.TotalSeconds:0} seconds after its start, even in the middle of a migration."),
            unit.Definition.Watchdog is null ? $"Set TimeoutStartSec=infinity in the unit '{unit.Id}' before an upgrade that takes longer." : $"Set WatchdogSec=0 in the unit '{unit.Id}' for the upgrade.",
            unit.Id);
    }

    private static async Task<Finding?> OfContainerAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is not { } look) return null;

        // What has no health check is never unhealthy.
        if (look.Container.State?.Health?.Status is null or "" or "none") return null;
        foreach (var listed in await look.Deployment.Engine.ListContainersAsync(new ContainerQuery { All = false }, cancellationToken).ConfigureAwait(false))
        {
            if (await look.Deployment.Engine.FindContainerAsync(listed.Id, cancellationToken).ConfigureAwait(false) is not { Config: { } config } healer) continue;
            var image = ImageReference.Parse(config.Image);
            if (!s_healers.Any(image.IsOf)) continue;
            var label = (config.Env ?? []).Select(static entry => entry.Split('=', 2)).FirstOrDefault(static pair => pair is ["AUTOHEAL_CONTAINER_LABEL", _])?[1] ?? UsualLabel;
            if (label != "all" && !string.Equals(look.Labels.GetValueOrDefault(label), "true", StringComparison.OrdinalIgnoreCase)) continue;
            return Finding.Warning(
                $"'{healer.PlainName}' ({config.Image}) restarts the container '{look.Name}' when its health check fails, which it does during a long migration.",
                $"Stop it for the upgrade: 'docker stop {healer.PlainName}'.",
                look.Name);
        }

        return null;
    }
}
