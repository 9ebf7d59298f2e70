using System.Diagnostics;
using System.Globalization;
using System.Net;
using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Artifacts;

/// <summary>Downloads a file by http or https. What may pass by itself is tried again a few times.</summary>
internal sealed class ArtifactDownloader : IDisposable
{
    private const int Attempts = 3;
    private const int Buffer = 128 * 1024;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(15), AutomaticDecompression = DecompressionMethods.None })
    {
        Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { { "User-Agent", "UpgradeModule" } },
    };

    /// <summary>Downloads into a file.</summary>
    /// <param name="address">The address.</param>
    /// <param name="shown">The address as people may see it.</param>
    /// <param name="path">The file.</param>
    /// <param name="operation">Who is told.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="UpgradeException"><c>ArtifactNotFound</c>, <c>ArtifactDownloadFailed</c>, <c>DiskFull</c>.</exception>
    public async Task DownloadAsync(Uri address, string shown, string path, IOperationContext operation, CancellationToken cancellationToken)
    {
        var activity = $"Downloading {Path.GetFileName(address.LocalPath)}";
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await TryAsync(address, shown, path, activity, operation, cancellationToken).ConfigureAwait(false);
                    return;
                }
                catch (Exception failure) when (IsTransient(failure, cancellationToken))
                {
                    if (attempt == Attempts) throw Failed(shown, failure.Message, failure);
                    operation.Verbose(string.Create(CultureInfo.InvariantCulture, $"The download from '{shown}' broke off and is tried again ({attempt} of {Attempts - 1}): {failure.Message}"));
                    await Task.Delay(FirstPause * attempt, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            operation.Progress(new OperationProgress { Activity = activity, Status = "Done", Completed = true });
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static bool IsTransient(Exception failure, CancellationToken cancellationToken) => failure switch
    {
        HttpRequestException { StatusCode: null } or HttpIOException => true,
        HttpRequestException { StatusCode: { } status } => (int)status is 408 or 429 or >= 500,
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        _ => false,
    };

    private static UpgradeException Failed(string shown, string reason, Exception? inner = null, UpgradeErrorCategory category = UpgradeErrorCategory.ConnectionError) =>
        new("ArtifactDownloadFailed", category, shown, $"The artifact could not be downloaded from '{shown}': {reason}", "Check the address and the network; a mirror can be named with -BaseUrl, a file with -ArtifactPath.", inner);

    private async Task TryAsync(Uri address, string shown, string path, string activity, IOperationContext operation, CancellationToken cancellationToken)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(Silence);
        using var response = await _http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, silence.Token).ConfigureAwait(false);
        switch (response.StatusCode)
        {
            case HttpStatusCode.NotFound or HttpStatusCode.Gone:
                throw ArtifactPlan.NotFound(shown, string.Create(CultureInfo.InvariantCulture, $"There is no artifact at '{shown}' (status {(int)response.StatusCode})."), "Check the version and, for a mirror, its address.");
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                throw Failed(shown, string.Create(CultureInfo.InvariantCulture, $"the server refuses it (status {(int)response.StatusCode})."), category: UpgradeErrorCategory.PermissionDenied);
        }

        if (!response.IsSuccessStatusCode)
        {
            var reason = string.Create(CultureInfo.InvariantCulture, $"the server answers with status {(int)response.StatusCode}.");
            if ((int)response.StatusCode is 408 or 429 or >= 500) throw new HttpRequestException(reason, null, response.StatusCode);
            throw Failed(shown, reason);
        }

        var length = response.Content.Headers.ContentLength;
        if (length is { } known) DiskSpace.Demand(Path.GetDirectoryName(path)!, known, "the artifact");
        var source = await response.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
        var target = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
        await using (target.ConfigureAwait(false))
        {
            var buffer = new byte[Buffer];
            var told = Stopwatch.StartNew();
            long done = 0;
            int read;
            while ((read = await source.ReadAsync(buffer, silence.Token).ConfigureAwait(false)) > 0)
            {
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                done += read;
                silence.CancelAfter(Silence);
                if (told.ElapsedMilliseconds < 250) continue;
                told.Restart();
                operation.Progress(new OperationProgress
                {
                    Activity = activity,
                    Status = string.Create(CultureInfo.InvariantCulture, $"{done / 1048576.0:0.0} MB{(length is null ? "" : $" of {length / 1048576.0:0.0} MB")}"),
                    Percent = length is > 0 ? 100.0 * done / length : null,
                });
            }

            if (length is { } whole && done != whole) throw new HttpRequestException(string.Create(CultureInfo.InvariantCulture, $"the connection ended after {done} of {whole} bytes."));
        }
    }
}
