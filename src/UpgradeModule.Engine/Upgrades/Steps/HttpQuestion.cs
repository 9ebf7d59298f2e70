using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using UpgradeModule.Engine.Apps;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.Steps;

/// <summary>Asks the application one question of a step over HTTP.</summary>
internal static class HttpQuestion
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Asks.</summary>
    /// <param name="context">The deployment; its <c>Url</c> is the base address.</param>
    /// <param name="probe">The request and what it must answer.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Whether the answer is as expected; <see langword="null"/> where there was none.</returns>
    public static async Task<bool?> AskAsync(DeploymentContext context, HttpProbeSpec probe, CancellationToken cancellationToken)
    {
        if (context.Deployment.Url is not { Length: > 0 } url || !Uri.TryCreate(url.TrimEnd('/') + "/" + probe.Path.TrimStart('/'), UriKind.Absolute, out var address)) return null;
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(Math.Max(1, probe.TimeoutSeconds)) };
        try
        {
            using var request = new HttpRequestMessage(new HttpMethod(probe.Method), address);
            using var response = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            var body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            return probe.Status.Contains((int)response.StatusCode)
                && (probe.Body is null || Regex.IsMatch(body, probe.Body, RegexOptions.CultureInvariant, MatchTimeout))
                && probe.Json.All(pair => Expectation.Met(Value(body, pair.Key), pair.Value));
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException or IOException or RegexMatchTimeoutException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static string? Value(string body, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var element = document.RootElement;
            foreach (var name in path.Split('.'))
            {
                if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
            }

            return element.ValueKind == JsonValueKind.String ? element.GetString() : element.GetRawText();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
