using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;

namespace UpgradeModule.Tests.Upgrades.Live;

/// <summary>Writes notes to the application as fast as it takes them, and keeps those that it acknowledged.</summary>
internal sealed class NoteWriter : IAsyncDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly CancellationTokenSource _end = new();
    private readonly Task _work;

    /// <summary>Begins to write.</summary>
    /// <param name="url">The application.</param>
    /// <param name="pause">How long it rests after each note; not at all where empty.</param>
    public NoteWriter(string url, TimeSpan pause = default) => _work = Task.Run(() => WriteAsync(url, pause));

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

    private async Task WriteAsync(string url, TimeSpan pause)
    {
        for (var number = 0; !_end.IsCancellationRequested; number++)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"note {number}");
            try
            {
                // Never cancelled half way: what the application took must be known here.
                using var response = await _http.PostAsJsonAsync(url + "/api/notes", new Dictionary<string, string> { ["text"] = text });
                if (response.IsSuccessStatusCode) Acknowledged.Add(text);
                await Task.Delay(response.IsSuccessStatusCode ? pause : TimeSpan.FromMilliseconds(5));
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or IOException)
            {
                await Task.Delay(5);
            }
        }
    }
}
