using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Containers.Registries;

namespace UpgradeModule.Engine.Containers;

/// <summary>An engine over its HTTP API. What belongs to containers, their streams, images and networks is in a file each.</summary>
internal sealed partial class ContainerEngine(EngineHttp http, RegistryLogins logins) : IContainerEngine
{
    /// <inheritdoc/>
    public string Address => http.Address;

    /// <inheritdoc/>
    public Task<EngineVersion> GetVersionAsync(CancellationToken cancellationToken) => http.VersionAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<EngineInfo> GetInfoAsync(CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(HttpMethod.Get, "/info", null, null, cancellationToken).ConfigureAwait(false);
        await RequireAsync(response, Address, "tell of itself", cancellationToken).ConfigureAwait(false);
        return await http.ReadAsync(response, EngineJson.Default.EngineInfo, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return ValueTask.CompletedTask;
    }

    // Names may hold anything a user typed: none may become another path.
    private static string Segment(string name)
    {
        var plain = name.Trim().TrimStart('/');
        return plain is "" or "." or ".." || plain.Contains('/', StringComparison.Ordinal) ? "%00" : Uri.EscapeDataString(plain);
    }

    // An image's slashes, colon and at sign stand as they are.
    private static string ImagePath(string image)
    {
        var parts = ImageReference.Parse(image).Text.Trim().Split('/').Select(Uri.EscapeDataString);
        return string.Join('/', parts).Replace("%3A", ":", StringComparison.Ordinal).Replace("%40", "@", StringComparison.Ordinal);
    }

    private static string Query(params (string Name, string? Value)[] parts)
    {
        var given = parts.Where(part => part.Value is not null).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}");
        return string.Join('&', given) is { Length: > 0 } query ? "?" + query : "";
    }

    private static StringContent Body<T>(T value, JsonTypeInfo<T> info) => new(JsonSerializer.Serialize(value, info), Encoding.UTF8, "application/json");

    private static StringContent Body(System.Text.Json.Nodes.JsonNode value) => new(value.ToJsonString(), Encoding.UTF8, "application/json");

    // An answer that is none of those that a call has a name for.
    private async Task RequireAsync(HttpResponseMessage response, object target, string what, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode) return;
        var says = await EngineHttp.MessageAsync(response, cancellationToken).ConfigureAwait(false);
        throw EngineErrors.Failed(Address, target, what, says, (int)response.StatusCode);
    }

    private async Task<T?> FindAsync<T>(string path, object target, string what, JsonTypeInfo<T> info, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await http.SendAsync(HttpMethod.Get, path, null, null, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.NotFound) return null;
        await RequireAsync(response, target, what, cancellationToken).ConfigureAwait(false);
        return await http.ReadAsync(response, info, cancellationToken).ConfigureAwait(false);
    }
}
