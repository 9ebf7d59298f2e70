using System.Collections.Concurrent;
using System.Globalization;

namespace UpgradeModule.Tests.Metabase;

/// <summary>Makes questions as a user would, whenever the application takes them, and keeps those that it acknowledged.</summary>
internal sealed class CardWriter : IAsyncDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly CancellationTokenSource _end = new();
    private readonly Task _work;

    public CardWriter(string url) => _work = Task.Run(() => WriteAsync(url));

    public ConcurrentBag<string> Acknowledged { get; } = [];

    /// <summary>Ends the writing; the last answer is awaited.</summary>
    public async Task StopAsync()
    {
        await _end.CancelAsync();
        await _work;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        _end.Dispose();
    }

    private async Task WriteAsync(string url)
    {
        for (var number = 0; !_end.IsCancellationRequested; number++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"written {number}");
            try
            {
                // Never cancelled half way: what the application took must be known here.
                using var body = new StringContent(name);
                using var response = await _http.PostAsync(url + "/api/card", body);
                if (response.IsSuccessStatusCode) Acknowledged.Add(name);
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or IOException)
            {
                // The application is down for the moment.
            }

            await Task.Delay(20);
        }
    }
}
