using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using UpgradeModule.Engine.Containers.Objects;
using UpgradeModule.Engine.Containers.Streams;
using UpgradeModule.Engine.Containers.Transports;

namespace UpgradeModule.Engine.Containers;

/// <summary>HTTP with an engine: finds the API version that both know, sends, and turns what goes wrong on the way into failures of ours.</summary>
internal sealed class EngineHttp : IDisposable
{
    /// <summary>The oldest API version that is spoken: Docker 20.10's and Podman's.</summary>
    public static readonly Version Oldest = new(1, 41);

    /// <summary>The newest that is known: Docker 29's.</summary>
    public static readonly Version Newest = new(1, 52);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);

    private readonly HttpClient _client;
    private readonly IEngineTransport _transport;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private EngineVersion? _version;

    /// <summary>Makes one; nothing is connected yet.</summary>
    /// <param name="address">The address, as messages say it.</param>
    /// <param name="transport">What connects.</param>
    /// <param name="host">The host and port that requests name; proxies before an engine look at it.</param>
    public EngineHttp(string address, IEngineTransport transport, string host = "docker")
    {
        Address = address;
        _transport = transport;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectTimeout,
            // An idle connection by ssh is a process on both machines.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
            ConnectCallback = async (_, cancellationToken) => await transport.ConnectAsync(cancellationToken).ConfigureAwait(false),
        };
        // Pulls, logs and waits take as long as they take; the caller's token ends them.
        _client = new HttpClient(handler) { BaseAddress = new Uri($"http://{host}/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The address, as messages say it.</summary>
    public string Address { get; }

    /// <summary>How long it may take to answer.</summary>
    public AnswerLimits Limits { get; init; } = new();

    /// <summary>Tells who the engine is; asks it the first time.</summary>
    public async Task<EngineVersion> VersionAsync(CancellationToken cancellationToken)
    {
        if (_version is { } known) return known;
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _version ??= await NegotiateAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Sends a request and returns as soon as the answer's head is there.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path and query, without the version.</param>
    /// <param name="content">The body.</param>
    /// <param name="headers">Headers besides.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ContainerEngineUnreachable</c>: it doesn't answer in time either.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, IReadOnlyDictionary<string, string>? headers, CancellationToken cancellationToken)
    {
        var version = await VersionAsync(cancellationToken).ConfigureAwait(false);
        var whole = $"v{version.ApiVersion}{path}";
        if (Limits.For(method, path) is not { } limit) return await SendRawAsync(method, whole, content, headers, cancellationToken).ConfigureAwait(false);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(limit);
        try
        {
            return await SendRawAsync(method, whole, content, headers, time.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw EngineErrors.Unreachable(Address, string.Create(CultureInfo.InvariantCulture, $"no answer to '{method} {path.Split('?')[0]}' within {limit.TotalSeconds:0.#} seconds"), "See whether the engine answers 'docker ps' (or 'podman ps') and look into its log; restart it where it hangs, and do this again.", failure);
        }
    }

    /// <summary>Sends a request that makes the connection, one of its own, a plain one of bytes both ways.</summary>
    /// <param name="path">The path and query, without the version.</param>
    /// <param name="content">The body.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ContainerEngineNotSupported</c>: it, or what is on the way to it, gives no such connection.</exception>
    public async Task<UpgradedConnection> UpgradeAsync(string path, HttpContent content, CancellationToken cancellationToken)
    {
        var version = await VersionAsync(cancellationToken).ConfigureAwait(false);
        Stream? raw = null;
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false, ConnectTimeout = ConnectTimeout, ConnectCallback = async (_, stop) => raw = await _transport.ConnectAsync(stop).ConfigureAwait(false) };
        var client = new HttpClient(handler) { BaseAddress = _client.BaseAddress, Timeout = Timeout.InfiniteTimeSpan };
        HttpResponseMessage? response = null;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"v{version.ApiVersion}{path}") { Content = content };
            request.Headers.Connection.Add("Upgrade");
            request.Headers.Upgrade.ParseAdd("tcp");
            response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.SwitchingProtocols) return new UpgradedConnection(client, response, await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), raw!);
            if (response.IsSuccessStatusCode) throw EngineErrors.NotSupported(Address, "doesn't give a connection for the input and output of a command.", "Look for a proxy on the way to it that doesn't let connections be upgraded.");
            throw EngineErrors.Failed(Address, Address, "run a command", await MessageAsync(response, cancellationToken).ConfigureAwait(false), (int)response.StatusCode);
        }
        catch (Exception failure)
        {
            response?.Dispose();
            client.Dispose();
            if (raw is not null) await raw.DisposeAsync().ConfigureAwait(false);
            if (failure is HttpRequestException or IOException) throw Broken(failure);
            throw;
        }
    }

    /// <summary>Reads what an engine says of a failure.</summary>
    /// <param name="response">Its answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<string> MessageAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = "";
        try
        {
            text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            return JsonSerializer.Deserialize(text, EngineJson.Default.EngineMessage)?.Message?.Trim() ?? "";
        }
        catch (JsonException)
        {
            const int Enough = 300;
            return text.Length <= Enough ? text.Trim() : text[..Enough].Trim() + " …";
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            // The status tells what the words would have.
            return "";
        }
    }

    /// <summary>Reads an answer as JSON.</summary>
    /// <typeparam name="T">The record.</typeparam>
    /// <param name="response">The answer.</param>
    /// <param name="info">The record's type information.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="UpgradeException"><c>ContainerEngineFailed</c>: it isn't what the API says.</exception>
    public async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> info, CancellationToken cancellationToken)
    {
        try
        {
            var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (body.ConfigureAwait(false))
            {
                return await JsonSerializer.DeserializeAsync(body, info, cancellationToken).ConfigureAwait(false) ?? throw new JsonException("The answer is empty.");
            }
        }
        catch (JsonException failure)
        {
            throw EngineErrors.Failed(Address, Address, "be understood", failure.Message);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            throw Broken(failure);
        }
    }

    /// <summary>Makes a failure of a connection that broke.</summary>
    /// <param name="failure">What was thrown.</param>
    public UpgradeException Broken(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is UpgradeException known) return known;
        }

        return EngineErrors.Unreachable(Address, "the connection broke: " + (failure.InnerException ?? failure).Message, "Check that the engine runs, and look into its log.", failure);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _gate.Dispose();
    }

    private async Task<HttpResponseMessage> SendRawAsync(HttpMethod method, string path, HttpContent? content, IReadOnlyDictionary<string, string>? headers, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (headers is not null) foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw Broken(failure);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw EngineErrors.Unreachable(Address, string.Create(CultureInfo.InvariantCulture, $"no connection within {ConnectTimeout.TotalSeconds} seconds"), "Check the address and what is on the way to it.", failure);
        }
    }

    private async Task<EngineVersion> NegotiateAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerTimeout);
        try
        {
            var told = await AskAsync(limit.Token).ConfigureAwait(false);
            var name = told.Components?.Any(component => component.Name?.StartsWith("Podman", StringComparison.OrdinalIgnoreCase) == true) == true ? "Podman" : "Docker";
            var newest = Parse(told.ApiVersion) ?? throw EngineErrors.NotSupported(Address, "doesn't tell its API version: it is neither Docker nor Podman.", "Check the address.");
            var oldest = Parse(told.MinAPIVersion) ?? Oldest;
            var common = newest < Newest ? newest : Newest;
            if (newest < Oldest) throw EngineErrors.NotSupported(Address, $"({name} {told.Version}) speaks API {newest} at most, and {Oldest} is the oldest that is known here.", "Upgrade it: Docker 20.10 or newer, Podman 4 or newer.");
            if (common < oldest) throw EngineErrors.NotSupported(Address, $"({name} {told.Version}) refuses API versions below {oldest}, and {Newest} is the newest that is known here.", "Take a newer version of this module.");
            return new EngineVersion(name, told.Version ?? "", common, told.Os ?? "linux", told.Arch ?? "");
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw EngineErrors.Unreachable(Address, string.Create(CultureInfo.InvariantCulture, $"no answer within {AnswerTimeout.TotalSeconds} seconds"), "Look into the engine's log.", failure);
        }
    }

    // A proxy before the socket may let only the ping through; its header has the version, too.
    private async Task<VersionAnswer> AskAsync(CancellationToken cancellationToken)
    {
        using var response = await SendRawAsync(HttpMethod.Get, "version", null, null, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return await ReadAsync(response, EngineJson.Default.VersionAnswer, cancellationToken).ConfigureAwait(false);
        var says = await MessageAsync(response, cancellationToken).ConfigureAwait(false);
        if (says.Contains("HTTP request to an HTTPS server", StringComparison.OrdinalIgnoreCase)) throw EngineErrors.Unreachable(Address, "it wants TLS.", "Set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH to the folder with ca.pem, cert.pem and key.pem, or use a docker context that has them.");
        using var ping = await SendRawAsync(HttpMethod.Get, "_ping", null, null, cancellationToken).ConfigureAwait(false);
        if (!ping.IsSuccessStatusCode)
        {
            var forbidden = ping.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
            throw EngineErrors.Unreachable(Address, string.Create(CultureInfo.InvariantCulture, $"it answers {(int)ping.StatusCode}: {EngineErrors.Clean(says)}"), "Check that it is an engine's address" + (forbidden ? ", and that this user may use it." : "."), null, forbidden ? UpgradeErrorCategory.PermissionDenied : UpgradeErrorCategory.ConnectionError);
        }

        return new VersionAnswer
        {
            ApiVersion = Header(ping, "Api-Version"),
            Version = Header(ping, "Server") is { } server && server.Split('/', ' ') is [_, var number, ..] ? number : "",
            Os = Header(ping, "OSType"),
            Components = Header(ping, "Libpod-API-Version") is null ? null : [new VersionComponent { Name = "Podman Engine" }],
        };
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? values.FirstOrDefault() : null;

    private static Version? Parse(string? text) => Version.TryParse(text, out var version) ? version : null;
}
