using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<int, TaskCompletionSource> _ends = new();
    private readonly int _port;
    private readonly long _limit;
    private readonly bool _comesBack;
    private long _passed;
    private int _taken;

    public CuttingProxy(int port, long limit = long.MaxValue, bool comesBack = true)
    {
        (_port, _limit, _comesBack) = (port, limit, comesBack);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _ = AcceptAsync();
    }

    public int Port { get; }

    public bool HasCut { get; private set; }

    /// <summary>Awaited before a connection is passed on: it is told which one it is, the first being 1. A cut meanwhile spares it.</summary>
    public Func<int, Task>? OnConnection { get; set; }

    /// <summary>Changes what the server says, in place.</summary>
    public Action<Memory<byte>>? OnAnswer { get; init; }

    public long Passed => Interlocked.Read(ref _passed);

    public void Dispose()
    {
        _listener.Stop();
        Drop();
    }

    /// <summary>Ends with a connection.</summary>
    /// <param name="number">Which one, the first being 1.</param>
    public Task EndOf(int number) => Ended(number).Task;

    /// <summary>Cuts what is passed on now.</summary>
    public void Cut()
    {
        HasCut = true;
        Drop();
    }

    private void Drop()
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

    private TaskCompletionSource Ended(int number) => _ends.GetOrAdd(number, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

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
        var number = Interlocked.Increment(ref _taken);
        var server = new TcpClient();
        try
        {
            if (OnConnection is not null) await OnConnection(number);
            await server.ConnectAsync(IPAddress.Loopback, _port);
            lock (_open) _open.UnionWith([client, server]);
            if (HasCut && !_comesBack) Drop();
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
            Ended(number).TrySetResult();
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
                Cut();
            }

            onPiece?.Invoke(buffer.AsMemory(0, count));
            await target.WriteAsync(buffer.AsMemory(0, count));
        }
    }
}
