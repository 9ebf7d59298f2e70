using UpgradeModule.Engine.Containers;
using UpgradeModule.Engine.Deployments.Docker;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>Nothing updates the container by itself: it would start a version of its own choice in the middle of an upgrade.</summary>
internal sealed class AutoUpdaterCheck : IReadinessCheck
{
    private const string Enable = "com.centurylinklabs.watchtower.enable";
    private static readonly string[] s_labels = ["io.containers.autoupdate", "com.ouroboros.enable"];
    private static readonly string[] s_updaters = ["containrrr/watchtower", "nickfedor/watchtower", "v2tec/watchtower", "pyouroboros/ouroboros"];

    /// <inheritdoc/>
    public string Name => "AutoUpdater";

    /// <inheritdoc/>
    public bool Concerns(ReadinessContext context) => ContainerLook.Concerns(context);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is not { } look) return [];
        var enabled = look.Labels.GetValueOrDefault(Enable);
        var marked = s_labels.FirstOrDefault(label => look.Labels.GetValueOrDefault(label) is { } value && IsOn(value));
        if (marked is not null) return [Block(look, $"its label {marked} lets a tool update it by itself", $"Switch that off: run the container anew without the label {marked}, or stop the tool.")];
        if (enabled is not null && !IsOn(enabled)) return [];
        foreach (var other in await look.Deployment.Engine.ListContainersAsync(new ContainerQuery { All = false }, cancellationToken).ConfigureAwait(false))
        {
            var image = ImageReference.Parse(other.Image);
            if (!s_updaters.Any(image.IsOf) || await look.Deployment.Engine.FindContainerAsync(other.Id, cancellationToken).ConfigureAwait(false) is not { } updater) continue;
            var words = (updater.Config?.Cmd ?? []).ToList();
            var environment = updater.Config?.Env ?? [];
            if (words.Contains("--monitor-only", StringComparer.Ordinal) || environment.Contains("WATCHTOWER_MONITOR_ONLY=true", StringComparer.OrdinalIgnoreCase)) continue;
            var onlyLabelled = words.Contains("--label-enable", StringComparer.Ordinal) || environment.Contains("WATCHTOWER_LABEL_ENABLE=true", StringComparer.OrdinalIgnoreCase);
            if (onlyLabelled && enabled is null) continue;
            return [Block(look, $"'{updater.PlainName}' ({updater.Config?.Image}) updates containers by itself", $"Stop it for the upgrade ('docker stop {updater.PlainName}'), or take the container out for good by the label {Enable}=false.")];
        }

        return [];
    }

    private static bool IsOn(string value) => !value.Equals("false", StringComparison.OrdinalIgnoreCase) && value != "disabled" && value != "0";

    private static Finding Block(ContainerLook look, string why, string remedy) =>
        Finding.Blocker($"The container '{look.Name}' may be replaced in the middle of an upgrade: {why}.", remedy, look.Name);
}
