using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Upgrades.Notices;

/// <summary>Tells the end of a run to a webhook. That it fails is a warning and never the run's failure.</summary>
public static class RunNotifier
{
    private const int Tries = 2;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Checks a target before a run begins: a mistake in it is told while nothing is touched yet.</summary>
    /// <param name="target">The target.</param>
    /// <exception cref="UpgradeException"><c>WebhookInvalid</c>, <c>SecretReferenceInvalid</c>.</exception>
    public static void Check(WebhookTarget target)
    {
        var address = target.Address;
        if (!address.IsAbsoluteUri || address.Scheme is not ("https" or "http")) throw Invalid("it is no address that begins with https://", "Write https://… .");
        if (address.UserInfo.Length > 0) throw Invalid("it has a log-in in it, which would be seen in histories and lists of processes", "Give it as a header by reference, with -WebhookHeader @{ Authorization = 'env:NAME' }.");
        if (address.Scheme == "http" && !address.IsLoopback && !target.AllowUnencrypted) throw Invalid("it is not encrypted (http)", "Use https, or allow it with -AllowUnencryptedWebhook.");
        foreach (var (name, reference) in target.Headers)
        {
            if (name.Length == 0 || name.Any(static c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_'))) throw Invalid("one of its headers has a name that is none", "Names are letters, digits and hyphens.");
            if (reference.Length == 0) throw Invalid($"its header '{name}' has no value", "Give a reference: env:NAME, file:PATH or secret:NAME.");
            SecretResolver.Require(reference);
        }
    }

    /// <summary>Posts the end of a run; tries once more where that fails for a reason that may pass.</summary>
    /// <param name="run">The run.</param>
    /// <param name="target">Where.</param>
    /// <param name="operation">Who is told of failures, and asked for secrets.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Whether it arrived.</returns>
    public static async Task<bool> PostAsync(UpgradeRun run, WebhookTarget target, IOperationContext operation, CancellationToken cancellationToken)
    {
        var where = target.Address.GetLeftPart(UriPartial.Authority);
        try
        {
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var (name, reference) in target.Headers) headers[name] = await SecretResolver.ResolveAsync(reference, operation, cancellationToken).ConfigureAwait(false);
            var body = JsonSerializer.SerializeToUtf8Bytes(RunNotice.Of(run), RunNoticeJsonContext.Default.RunNotice);
            using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = target.Timeout };
            for (var attempt = 1; ; attempt++)
            {
                var complaint = await TryAsync(http, target.Address, headers, body, cancellationToken).ConfigureAwait(false);
                if (complaint is null) return true;
                if (attempt == Tries)
                {
                    operation.Warning($"The end of the run {run.RunId} could not be told to {where}: {complaint}. The run itself ended as its result says.");
                    return false;
                }

                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            operation.Warning($"The end of the run {run.RunId} could not be told to {where}: {failure.Message} The run itself ended as its result says.");
            return false;
        }
    }

    private static async Task<string?> TryAsync(HttpClient http, Uri address, Dictionary<string, string> headers, byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
            request.Headers.UserAgent.ParseAdd("UpgradeModule");
            foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? null : string.Create(CultureInfo.InvariantCulture, $"it answered {(int)response.StatusCode}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return string.Create(CultureInfo.InvariantCulture, $"no answer within {http.Timeout.TotalSeconds:0.#} seconds");
        }
        catch (HttpRequestException failure)
        {
            return failure.Message.TrimEnd('.');
        }
    }

    // The address itself may be a secret: some services put a key into its path.
    private static UpgradeException Invalid(string why, string remedy) => new("WebhookInvalid", UpgradeErrorCategory.InvalidArgument, "WebhookUri", $"The webhook can't be used: {why}.", remedy);
}
