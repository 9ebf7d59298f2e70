using System.Net;
using System.Net.Sockets;

namespace UpgradeModule.Tests.Support;

/// <summary>
/// Passes connections of a free port of the loopback on to another one, and cuts all of them as soon as a number of bytes has gone through, both ways
/// together. Those that come later are passed on again, or refused.
/// </summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly HashSet<TcpClient> _open = [];
    private readonly int _port;
    private readonly long _limit;
    private readonly bool _comesBack;
    private long _passed;

    public CuttingProxy(int port, long limit = long.MaxValue, bool comesBack = true)
    {
        (_port, _limit, _comesBack) = (port, limit, comesBack);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    public bool HasCut { get; private set; }

    /// <summary>Changes what the server says, in place.</summary>
    public Action<Memory<byte>>? OnAnswer { get; init; }

    public long Passed => Interlocked.Read(ref _passed);

    public void Dispose()
    {
        _listener.Stop();
        Cut();
    }

    private void Cut()
    {
        lock (_open)
        {
            foreach (var client in _open)
            {
                // Without a lingering end the other side sees a reset, as after a power cut in between.
                client.LingerState = new LingerOption(true, 0);
                client.Close();
            }

            _open.Clear();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ForwardAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ForwardAsync(TcpClient client)
    {
        var server = new TcpClient();
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _port);
            lock (_open) _open.UnionWith([client, server]);
            if (HasCut && !_comesBack) Cut();
            else await Task.WhenAny(PassAsync(client, server, null), PassAsync(server, client, OnAnswer));
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
        }
        finally
        {
            lock (_open) _open.ExceptWith([client, server]);
            client.Dispose();
            server.Dispose();
        }
    }

    private async Task PassAsync(TcpClient from, TcpClient to, Action<Memory<byte>>? onPiece)
    {
        var (source, target) = (from.GetStream(), to.GetStream());
        var buffer = new byte[1024];
        while (await source.ReadAsync(buffer) is var count and > 0)
        {
            if (Interlocked.Add(ref _passed, count) >= _limit && !HasCut)
            {
                HasCut = true;
                Cut();
            }

            onPiece?.Invoke(buffer.AsMemory(0, count));
            await target.WriteAsync(buffer.AsMemory(0, count));
        }
    }
}
