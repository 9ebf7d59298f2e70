using System.Globalization;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Finds the address at which an application in a container is asked how it is: where its port is published.</summary>
internal static class ContainerAddress
{
    /// <summary>Finds it.</summary>
    /// <param name="spec">The application.</param>
    /// <param name="container">The container.</param>
    /// <param name="settings">The application's settings, which may tell its port.</param>
    /// <param name="engine">The engine's address.</param>
    /// <returns>The address; <see langword="null"/> where no port is published.</returns>
    public static string? Of(AppSpec spec, ContainerInspect container, AppSettings settings, string engine)
    {
        var place = EnginePlace.Of(engine);
        var port = int.TryParse(settings.Get(spec.Settings.Port), NumberStyles.None, CultureInfo.InvariantCulture, out var set) ? set : spec.Settings.DefaultPort;
        if (container.HostConfig?.NetworkMode == "host") return port is { } own ? Write(place.HostName, own) : null;

        // The ports of one that doesn't run are those that it asks for.
        var ports = Bound(container.NetworkSettings?.Ports) is { Count: > 0 } now ? now : Bound(container.HostConfig?.PortBindings);
        var found = ports.FirstOrDefault(entry => port is { } wanted && entry.Key == string.Create(CultureInfo.InvariantCulture, $"{wanted}/tcp"));
        if (found.Value is null && ports.Count == 1) found = ports.First();
        if (found.Value is not { } binding || !int.TryParse(binding.HostPort, NumberStyles.None, CultureInfo.InvariantCulture, out var there) || there == 0) return null;
        return Write(binding.HostIp is null or "" or "0.0.0.0" or "::" ? place.HostName : binding.HostIp, there);
    }

    private static string Write(string host, int port) => string.Create(CultureInfo.InvariantCulture, $"http://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}");

    private static Dictionary<string, PortBinding> Bound(IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?>? ports) =>
        (ports ?? new Dictionary<string, IReadOnlyList<PortBinding>?>())
            .Where(static port => port.Key.EndsWith("/tcp", StringComparison.Ordinal) && port.Value is { Count: > 0 })
            .ToDictionary(static port => port.Key, static port => port.Value![0], StringComparer.Ordinal);
}
