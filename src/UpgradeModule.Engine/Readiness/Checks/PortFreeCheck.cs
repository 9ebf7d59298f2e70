using System.Globalization;
using System.Net.NetworkInformation;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>Where the application doesn't run, nobody else listens on its port.</summary>
internal sealed class PortFreeCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "PortFree";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var service = await context.ServiceAsync().ConfigureAwait(false);
        if (service.Status is not (AppServiceStatus.Stopped or AppServiceStatus.Crashed)) return [];
        var settings = await context.SettingsAsync().ConfigureAwait(false);
        var spec = context.Deployment.Spec.Settings;
        var text = settings.Get(spec.Port);
        var port = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : spec.DefaultPort;
        if (port is null || !IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(listener => listener.Port == port)) return [];
        var target = port.Value.ToString(CultureInfo.InvariantCulture);
        return [Finding.Blocker($"{context.Name} doesn't run, and somebody else listens on its port {target}.", "Stop what listens there, or give the application another port.", target)];
    }
}
