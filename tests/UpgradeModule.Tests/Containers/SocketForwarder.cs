using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace UpgradeModule.Tests.Containers;

/// <summary>Passes connections of a free port of the loopback on to a socket of the file system, so that an engine answers by TCP.</summary>
internal sealed class SocketForwarder : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _path;

    public SocketForwarder(string path)
    {
        _path = path;
        _listener.Start();
        Address = string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _ = AcceptAsync();
    }

    public string Address { get; }

    public void Dispose() => _listener.Stop();

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

    // One way may end before the other.
    private static async Task PassAsync(NetworkStream from, NetworkStream to)
    {
        await from.CopyToAsync(to);
        to.Socket.Shutdown(SocketShutdown.Send);
    }

    private async Task ForwardAsync(TcpClient client)
    {
        using (client)
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path));
                await using var there = new NetworkStream(socket);
                await Task.WhenAll(PassAsync(client.GetStream(), there), PassAsync(there, client.GetStream()));
            }
            catch (Exception failure) when (failure is IOException or SocketException)
            {
            }
        }
    }
}
