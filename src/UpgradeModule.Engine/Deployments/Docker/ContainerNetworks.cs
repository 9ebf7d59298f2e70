using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>The networks of a container as another one can ask for them: aliases and fixed addresses, nothing that the engine gave by itself.</summary>
internal static class ContainerNetworks
{
    private static readonly string[] s_builtIn = ["bridge", "podman", "default"];

    /// <summary>Works out the mode and the networks, the mode's own first.</summary>
    /// <param name="container">The container.</param>
    public static (string? Mode, IReadOnlyDictionary<string, EndpointSettings>? Networks) Of(ContainerInspect container)
    {
        var mode = container.HostConfig?.NetworkMode;
        if (!HasNetworks(mode)) return (mode, null);
        var ends = container.NetworkSettings?.Networks ?? new Dictionary<string, EndpointSettings>();
        if (ends.Count == 0) return (mode, null);
        var first = Main(mode, ends);
        var ordered = ends.OrderBy(end => end.Key == first ? 0 : 1).ThenBy(static end => end.Key, StringComparer.Ordinal);
        var networks = new Dictionary<string, EndpointSettings>(StringComparer.Ordinal);
        foreach (var (name, end) in ordered) networks[name] = Asked(name, end, container);
        return (s_builtIn.Contains(first, StringComparer.Ordinal) && mode is not null && s_builtIn.Contains(mode, StringComparer.Ordinal) ? mode : first, networks);
    }

    /// <summary>Whether a mode means networks at all, rather than the host's or another container's.</summary>
    /// <param name="mode">The mode.</param>
    public static bool HasNetworks(string? mode) => mode is not ("host" or "none") && mode?.StartsWith("container:", StringComparison.Ordinal) != true && mode?.StartsWith("ns:", StringComparison.Ordinal) != true;

    // Podman says "bridge" of every network, and a network can have been left since: then the mode names none of those that there are.
    private static string Main(string? mode, IReadOnlyDictionary<string, EndpointSettings> ends) =>
        ends.FirstOrDefault(end => end.Key == mode || (end.Value.NetworkID is { Length: > 0 } id && id == mode)).Key
        ?? (mode is null or "default" or "bridge" ? ends.Keys.FirstOrDefault(name => s_builtIn.Contains(name, StringComparer.Ordinal)) : null)
        ?? ends.Keys.Order(StringComparer.Ordinal).First();

    private static EndpointSettings Asked(string network, EndpointSettings end, ContainerInspect container)
    {
        // The built-in networks know neither aliases nor fixed addresses.
        if (s_builtIn.Contains(network, StringComparer.Ordinal)) return new EndpointSettings();
        // The engine adds the short id and the host name when it starts the container.
        var aliases = (end.Aliases ?? []).Where(alias => alias != container.Config?.Hostname).Where(alias => !container.Id.StartsWith(alias, StringComparison.OrdinalIgnoreCase) || alias.Length < 12).Distinct(StringComparer.Ordinal).ToList();
        return new EndpointSettings
        {
            IPAMConfig = end.IPAMConfig is { } asked && (asked.IPv4Address ?? asked.IPv6Address ?? (asked.LinkLocalIPs is { Count: > 0 } ? "" : null)) is not null ? asked : null,
            Links = end.Links is { Count: > 0 } ? end.Links : null,
            Aliases = aliases.Count > 0 ? aliases : null,
            DriverOpts = end.DriverOpts is { Count: > 0 } ? end.DriverOpts : null,
            GwPriority = end.GwPriority is 0 ? null : end.GwPriority,
        };
    }
}
