using System.Net.Http.Json;
using System.Text.Json;

namespace UpgradeModule.Samples;

/// <summary>
/// A user who writes notes as fast as the app takes them, and remembers which the app acknowledged. What was acknowledged must be there
/// after an upgrade, and after an upgrade that was taken back.
/// </summary>
internal sealed class DemoWriter(Uri url) : IAsyncDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = url, Timeout = TimeSpan.FromSeconds(2) };
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<long> _acknowledged = [];
    private Task _loop = Task.CompletedTask;

    public int Acknowledged => _acknowledged.Count;

    public void Start() => _loop = Task.Run(WriteAsync);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _loop;
    }

    /// <summary>Asks the app for every note and returns those that it acknowledged and no longer has.</summary>
    public async Task<IReadOnlyList<long>> MissingAsync()
    {
        using var document = JsonDocument.Parse(await _client.GetStringAsync(new Uri("/api/notes?limit=1000000", UriKind.Relative)));
        var present = document.RootElement.GetProperty("notes").EnumerateArray().Select(note => note.GetProperty("id").GetInt64()).ToHashSet();
        return _acknowledged.Where(id => !present.Contains(id)).Order().ToList();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _client.Dispose();
        _stop.Dispose();
    }

    private async Task WriteAsync()
    {
        for (var number = 1; !_stop.IsCancellationRequested; number++)
        {
            try
            {
                using var response = await _client.PostAsJsonAsync("/api/notes", new { author = "writer", text = $"note {number}" });
                if (response.IsSuccessStatusCode)
                {
                    using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
                    _acknowledged.Add(document.RootElement.GetProperty("id").GetInt64());
                }
                else
                {
                    await Task.Delay(50);
                }
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
            {
                // The app is down for its upgrade: nothing was acknowledged, so nothing can be lost.
                await Task.Delay(50);
            }
        }
    }
}
