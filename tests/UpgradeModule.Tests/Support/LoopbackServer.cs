using System.Globalization;
using System.Net;

namespace UpgradeModule.Tests.Support;

/// <summary>An HTTP server on the loopback interface whose answers a test writes.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<HttpListenerContext, Task> _answer;
    private int _requests;

    public LoopbackServer(Func<HttpListenerContext, Task> answer)
    {
        _answer = answer;
        Url = $"http://127.0.0.1:{SampleApps.FreePort().ToString(CultureInfo.InvariantCulture)}";
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _ = ServeAsync();
    }

    public string Url { get; }

    public int Requests => _requests;

    /// <summary>Answers by path: status and body.</summary>
    public static LoopbackServer Of(Func<string, (int Status, string Body)> answer) => new(async context =>
    {
        var (status, body) = answer(context.Request.Url!.AbsolutePath);
        context.Response.StatusCode = status;
        await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body));
    });

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception failure) when (failure is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            Interlocked.Increment(ref _requests);
            _ = Task.Run(async () =>
            {
                try
                {
                    await _answer(context);
                    context.Response.Close();
                }
                catch (Exception failure) when (failure is HttpListenerException or ObjectDisposedException or IOException or InvalidOperationException)
                {
                    context.Response.Abort();
                }
            });
        }
    }
}
