using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using UpgradeModule.Engine.Deployments.Docker;

namespace UpgradeModule.Engine.Readiness.Checks;

/// <summary>
/// Where the application doesn't run, nobody else listens on its port. Of a container the ports that it publishes on this machine count, and not
/// the one that the application itself listens on in a network of its own.
/// </summary>
internal sealed class PortFreeCheck : IReadinessCheck
{
    /// <inheritdoc/>
    public string Name => "PortFree";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> RunAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        var service = await context.ServiceAsync().ConfigureAwait(false);
        if (service.Status is not (AppServiceStatus.Stopped or AppServiceStatus.Crashed)) return [];
        var ports = ContainerLook.Concerns(context) ? await PublishedAsync(context, cancellationToken).ConfigureAwait(false) : await OwnAsync(context).ConfigureAwait(false);
        if (ports.Count == 0) return [];
        var listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners();
        return [.. ports.Where(port => listeners.Any(listener => Collides(port, listener))).Select(static port => port.Port.ToString(CultureInfo.InvariantCulture)).Distinct()
            .Select(target => Finding.Blocker($"{context.Name} doesn't run, and somebody else listens on its port {target}.", "Stop what listens there, or give the application another port.", target))];
    }

    private static async Task<IReadOnlyList<IPEndPoint>> OwnAsync(ReadinessContext context)
    {
        var settings = await context.SettingsAsync().ConfigureAwait(false);
        var spec = context.Deployment.Spec.Settings;
        var port = Number(settings.Get(spec.Port)) ?? spec.DefaultPort;
        return port is null ? [] : [new IPEndPoint(IPAddress.Any, port.Value)];
    }

    private static async Task<IReadOnlyList<IPEndPoint>> PublishedAsync(ReadinessContext context, CancellationToken cancellationToken)
    {
        if (await ContainerLook.AtAsync(context, cancellationToken).ConfigureAwait(false) is not { } look || !EnginePlace.Of(look.Deployment.Engine.Address).IsLocal) return [];
        if (look.Container.HostConfig?.NetworkMode == "host") return await OwnAsync(context).ConfigureAwait(false);
        return [.. (look.Container.HostConfig?.PortBindings ?? new Dictionary<string, IReadOnlyList<Containers.Objects.PortBinding>?>())
            .Where(static pair => !pair.Key.Contains('/', StringComparison.Ordinal) || pair.Key.EndsWith("/tcp", StringComparison.Ordinal))
            .SelectMany(static pair => pair.Value ?? [])
            .Where(static binding => Number(binding.HostPort) is > 0)
            .Select(static binding => new IPEndPoint(IPAddress.TryParse(binding.HostIp, out var address) ? address : IPAddress.Any, Number(binding.HostPort)!.Value))];
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= IPEndPoint.MaxPort ? number : null;

    private static bool Collides(IPEndPoint wanted, IPEndPoint listener) =>
        wanted.Port == listener.Port && (IsAny(wanted.Address) || IsAny(listener.Address) || wanted.Address.Equals(listener.Address));

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
