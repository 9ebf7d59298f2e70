using System.Net;

namespace UpgradeModule.Engine.Artifacts;

/// <summary>Asks an address whether there is something to fetch.</summary>
internal static class ArtifactHead
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Asks.</summary>
    /// <param name="address">The address.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The answer's status, and how many bytes the file has, where the server says so.</returns>
    /// <exception cref="HttpRequestException">Nothing answers.</exception>
    public static async Task<(HttpStatusCode Status, long? Length)> AskAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = Limit };
        using var request = new HttpRequestMessage(HttpMethod.Head, address);
        request.Headers.UserAgent.ParseAdd("UpgradeModule");
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return (response.StatusCode, response.IsSuccessStatusCode ? response.Content.Headers.ContentLength : null);
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"No answer within {Limit.TotalSeconds:0} seconds.", failure);
        }
    }
}
