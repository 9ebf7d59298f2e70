using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using UpgradeModule.Engine.Containers.Objects;

namespace UpgradeModule.Engine.Containers;

/// <content>Networks and volumes.</content>
internal sealed partial class ContainerEngine
{
    /// <inheritdoc/>
    public Task<NetworkInspect?> FindNetworkAsync(string network, CancellationToken cancellationToken) =>
        FindAsync($"/networks/{Segment(network)}", network, $"inspect the network '{network}'", EngineJson.Default.NetworkInspect, cancellationToken);

    /// <inheritdoc/>
    public async Task<string> CreateNetworkAsync(string network, string? subnet, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["Name"] = network, ["Driver"] = "bridge", ["CheckDuplicate"] = true };
        if (subnet is not null) body["IPAM"] = new JsonObject { ["Config"] = new JsonArray(new JsonObject { ["Subnet"] = subnet }) };
        using var response = await http.SendAsync(HttpMethod.Post, "/networks/create", Body(body), null, cancellationToken).ConfigureAwait(false);
        await RequireAsync(response, network, $"make the network '{network}'", cancellationToken).ConfigureAwait(false);
        return (await http.ReadAsync(response, EngineJson.Default.ContainerCreated, cancellationToken).ConfigureAwait(false)).Id;
    }

    /// <inheritdoc/>
    public async Task RemoveNetworkAsync(string network, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(HttpMethod.Delete, $"/networks/{Segment(network)}", null, null, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.NotFound) await RequireAsync(response, network, $"remove the network '{network}'", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task ConnectNetworkAsync(string network, string container, EndpointSettings? endpoint, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["Container"] = container };
        if (endpoint is not null) body["EndpointConfig"] = JsonSerializer.SerializeToNode(CreatePlan.Asked(endpoint), EngineJson.Default.EndpointSettings);
        using var response = await http.SendAsync(HttpMethod.Post, $"/networks/{Segment(network)}/connect", Body(body), null, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return;
        var says = await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false);
        throw IsMissing(response.StatusCode, says) ? EngineErrors.ContainerNotFound(Address, container)
            : response.StatusCode == HttpStatusCode.NotFound ? EngineErrors.NetworkNotFound(network)
            : EngineErrors.Failed(Address, network, $"connect the container '{container}' to the network '{network}'", says, (int)response.StatusCode);
    }

    /// <inheritdoc/>
    public async Task DisconnectNetworkAsync(string network, string container, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(HttpMethod.Post, $"/networks/{Segment(network)}/disconnect", Body(new JsonObject { ["Container"] = container, ["Force"] = true }), null, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotFound) return;
        var says = await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false);
        if (says.Contains("is not connected", StringComparison.OrdinalIgnoreCase)) return;
        throw EngineErrors.Failed(Address, network, $"take the container '{container}' out of the network '{network}'", says, (int)response.StatusCode);
    }

    /// <inheritdoc/>
    public Task<VolumeInspect?> FindVolumeAsync(string volume, CancellationToken cancellationToken) =>
        FindAsync($"/volumes/{Segment(volume)}", volume, $"inspect the volume '{volume}'", EngineJson.Default.VolumeInspect, cancellationToken);

    /// <inheritdoc/>
    public async Task<VolumeInspect> CreateVolumeAsync(string volume, IReadOnlyDictionary<string, string>? labels, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["Name"] = volume };
        if (labels is not null) body["Labels"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)JsonValue.Create(label.Value))));
        using var response = await http.SendAsync(HttpMethod.Post, "/volumes/create", Body(body), null, cancellationToken).ConfigureAwait(false);
        await RequireAsync(response, volume, $"make the volume '{volume}'", cancellationToken).ConfigureAwait(false);
        return await http.ReadAsync(response, EngineJson.Default.VolumeInspect, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task RemoveVolumeAsync(string volume, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(HttpMethod.Delete, $"/volumes/{Segment(volume)}", null, null, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.NotFound) await RequireAsync(response, volume, $"remove the volume '{volume}'", cancellationToken).ConfigureAwait(false);
    }
}
