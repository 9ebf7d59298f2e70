using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using UpgradeModule.Engine.Apps;

namespace UpgradeModule.Engine.Deployments;

/// <summary>Sends probes. A proxy is never used for the machine itself.</summary>
internal sealed class HealthClient : IDisposable
{
    private const int BodyLimit = 256 * 1024;

    private readonly HttpClient _http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            Proxy = new DirectLoopback(HttpClient.DefaultProxy),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5),
        })
    {
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { { "User-Agent", "UpgradeModule" } },
    };

    /// <summary>Asks once.</summary>
    /// <param name="address">The base address.</param>
    /// <param name="probe">What to ask.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The answer; with status 0 where none came in time.</returns>
    public async Task<HealthAnswer> AskAsync(Uri address, HttpProbeSpec probe, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(Math.Max(1, probe.TimeoutSeconds)));
        try
        {
            using var request = new HttpRequestMessage(new HttpMethod(probe.Method), new Uri(address, probe.Path.TrimStart('/')));
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            var stream = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
            var body = new byte[BodyLimit];
            var length = await stream.ReadAtLeastAsync(body, BodyLimit, throwOnEndOfStream: false, limit.Token).ConfigureAwait(false);
            return new HealthAnswer((int)response.StatusCode, Encoding.UTF8.GetString(body, 0, length));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new HealthAnswer(0, string.Create(CultureInfo.InvariantCulture, $"No answer within {probe.TimeoutSeconds} seconds."));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            // A published port of a container resets connections before the application listens: no more than "not yet".
            return new HealthAnswer(0, failure.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } ? "Nothing listens at its address." : failure.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private sealed class DirectLoopback(IWebProxy usual) : IWebProxy
    {
        public ICredentials? Credentials { get => usual.Credentials; set => usual.Credentials = value; }

        public Uri? GetProxy(Uri destination) => destination.IsLoopback ? null : usual.GetProxy(destination);

        public bool IsBypassed(Uri host) => host.IsLoopback || usual.IsBypassed(host);
    }
}
