using System.Text.Json;
using System.Text.Json.Nodes;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Containers;

/// <summary>How a container is made by an engine's API version: the body of the request, and the networks that are connected after it.</summary>
/// <param name="Body">The body.</param>
/// <param name="Networks">All the networks that must be there.</param>
/// <param name="Later">The networks that the request can't hold.</param>
internal sealed record CreatePlan(JsonObject Body, IReadOnlyList<string> Networks, IReadOnlyList<KeyValuePair<string, EndpointSettings>> Later)
{
    private static readonly Version ManyNetworks = new(1, 44);

    /// <summary>Makes the plan.</summary>
    /// <param name="request">The container.</param>
    /// <param name="engine">The engine.</param>
    public static CreatePlan For(ContainerCreateRequest request, EngineVersion engine)
    {
        var (mode, networks) = NetworksOf(request);
        var many = engine.ApiVersion >= ManyNetworks;
        var hardware = request.Config.MacAddress;
        if (many && !string.IsNullOrEmpty(hardware) && networks.Count > 0) networks[0] = new(networks[0].Key, networks[0].Value with { MacAddress = hardware });
        var config = request.Config with { ExposedPorts = Exposed(request), MacAddress = many ? null : hardware };
        var host = request.HostConfig with { NetworkMode = mode, Ulimits = request.HostConfig.Ulimits?.Select(Mended).ToList() };
        var body = Node(config, EngineJson.Default.ContainerConfig);
        body["HostConfig"] = Node(host, EngineJson.Default.HostConfig);
        var atOnce = many ? networks : networks.Take(1).ToList();
        var endpoints = new JsonObject();
        foreach (var (name, endpoint) in atOnce) endpoints[name] = Node(endpoint, EngineJson.Default.EndpointSettings);
        if (endpoints.Count > 0) body["NetworkingConfig"] = new JsonObject { ["EndpointsConfig"] = endpoints };
        return new CreatePlan(body, [.. networks.Select(network => network.Key)], networks.Skip(atOnce.Count).ToList());
    }

    /// <summary>What of an endpoint a user may ask for; the rest is what an engine gave once.</summary>
    /// <param name="endpoint">The endpoint.</param>
    public static EndpointSettings Asked(EndpointSettings endpoint) => new()
    {
        IPAMConfig = endpoint.IPAMConfig,
        Links = endpoint.Links,
        Aliases = endpoint.Aliases,
        DriverOpts = endpoint.DriverOpts,
        GwPriority = endpoint.GwPriority is 0 ? null : endpoint.GwPriority,
        MacAddress = string.IsNullOrEmpty(endpoint.MacAddress) ? null : endpoint.MacAddress,
    };

    private static (string? Mode, List<KeyValuePair<string, EndpointSettings>> Networks) NetworksOf(ContainerCreateRequest request)
    {
        var mode = request.HostConfig.NetworkMode;
        var asked = (request.Networks ?? new Dictionary<string, EndpointSettings>()).Select(entry => KeyValuePair.Create(entry.Key, Asked(entry.Value))).ToList();
        // These have no networks of their own, though an inspect lists some: the host's, another container's, Podman's ways of its own.
        if (mode is "host" or "none" or "slirp4netns" or "pasta" or "private" || mode?.Contains(':', StringComparison.Ordinal) == true) return (mode, []);
        var usual = mode is null or "" or "default" or "bridge";
        var main = usual ? asked.FindIndex(entry => entry.Key is "bridge" or "podman") : asked.FindIndex(entry => entry.Key == mode);
        if (main < 0 && usual && asked.Count > 0)
        {
            // Podman says "bridge" of any network, and Docker of a container that left the default one.
            main = 0;
            mode = asked[0].Key;
        }

        if (main > 0) (asked[0], asked[main]) = (asked[main], asked[0]);
        if (main < 0 && !usual) asked.Insert(0, KeyValuePair.Create(mode!, new EndpointSettings()));
        // The default network takes neither names nor addresses, and needs no mention.
        if (main >= 0 && asked[0].Key is "bridge" or "podman" && asked.Count == 1 && asked[0].Value == new EndpointSettings()) asked.Clear();
        return (mode, asked);
    }

    // Docker publishes only what is exposed as well; its command line sees to that.
    private static IReadOnlyDictionary<string, JsonElement>? Exposed(ContainerCreateRequest request)
    {
        if (request.HostConfig.PortBindings is not { Count: > 0 } published) return request.Config.ExposedPorts;
        var ports = new Dictionary<string, JsonElement>(request.Config.ExposedPorts ?? new Dictionary<string, JsonElement>());
        using var empty = JsonDocument.Parse("{}");
        foreach (var port in published.Keys) ports.TryAdd(port, empty.RootElement.Clone());
        return ports;
    }

    private static Ulimit Mended(Ulimit limit) => limit.Name?.StartsWith("RLIMIT_", StringComparison.OrdinalIgnoreCase) == true ? limit with { Name = limit.Name["RLIMIT_".Length..].ToLowerInvariant() } : limit;

    private static JsonObject Node<T>(T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> info) => (JsonObject)JsonSerializer.SerializeToNode(value, info)!;
}
