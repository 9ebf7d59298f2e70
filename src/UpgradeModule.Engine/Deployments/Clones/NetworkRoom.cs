using System.ComponentModel;
using System.Net;
using System.Net.Sockets;

namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>
/// A network of its own for a clone, and the doors in its walls: one through which the clone is asked how it is, and one through which it reaches its
/// database. Nothing else leads in or out.
/// </summary>
internal sealed class NetworkRoom : IAsyncDisposable
{
    private readonly INetworkSockets _sockets;
    private readonly CancellationTokenSource _closing = new();
    private readonly List<Socket> _listeners = [];

    private NetworkRoom(INetworkSockets sockets) => _sockets = sockets;

    /// <summary>Takes the one that a process is in.</summary>
    /// <param name="deployment">The deployment, for the message.</param>
    /// <param name="process">The process.</param>
    /// <exception cref="UpgradeException"><c>IsolationUnavailable</c>.</exception>
    public static Task<NetworkRoom> OfAsync(string deployment, int process) =>
        OpenAsync(deployment, async () => await NetworkThread.StartAsync(() => NativeNetwork.Enter(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/{process}/ns/net"))).ConfigureAwait(false));

    /// <summary>Takes a new one, in which not even the loopback interface is up.</summary>
    /// <param name="deployment">The deployment, for the message.</param>
    /// <param name="open">Gives its sockets.</param>
    /// <exception cref="UpgradeException"><c>IsolationUnavailable</c>.</exception>
    public static Task<NetworkRoom> OfNewAsync(string deployment, Func<Task<INetworkSockets>> open) => OpenAsync(deployment, async () =>
    {
        var sockets = await open().ConfigureAwait(false);
        using var socket = await sockets.SocketAsync(AddressFamily.InterNetwork).ConfigureAwait(false);
        NativeNetwork.RaiseLoopback(socket);
        return sockets;
    });

    /// <summary>The failure that a clone can't be kept to itself.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="why">Why.</param>
    /// <param name="inner">What the system said.</param>
    public static UpgradeException Unavailable(string deployment, string why, Exception? inner = null) => new(
        "IsolationUnavailable", UpgradeErrorCategory.ResourceUnavailable, deployment,
        $"A clone of '{deployment}' can't be kept to itself: {why}.",
        "Run this on the Linux machine that runs the deployment, as root, or as a user who may make user namespaces (kernel.unprivileged_userns_clone, user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns); or, where what the application may send and write from a clone does no harm, allow it with -AllowOutbound.", inner);

    /// <summary>Lets those inside reach a server outside.</summary>
    /// <param name="server">The server's name or address, or the folder of PostgreSQL's Unix socket.</param>
    /// <param name="port">Its port, which it has inside too.</param>
    public async Task AdmitAsync(string server, int port)
    {
        var listener = await _sockets.SocketAsync(AddressFamily.InterNetwork).ConfigureAwait(false);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        Listen(listener, port, token => OutsideAsync(server, port, token));
    }

    /// <summary>Makes a port inside reachable from this machine.</summary>
    /// <param name="port">The port inside.</param>
    /// <returns>The port on this machine's loopback.</returns>
    public int Expose(int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Listen(listener, 0, token => InsideAsync(port, token));
        return ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (var listener in _listeners) listener.Dispose();
        _sockets.Dispose();
    }

    private static async Task<NetworkRoom> OpenAsync(string deployment, Func<Task<INetworkSockets>> open)
    {
        if (!OperatingSystem.IsLinux()) throw Unavailable(deployment, "only Linux gives a process a network of its own");
        try
        {
            return new NetworkRoom(await open().ConfigureAwait(false));
        }
        catch (Exception failure) when (failure is Win32Exception or EntryPointNotFoundException or DllNotFoundException or SocketException or IOException)
        {
            throw Unavailable(deployment, $"its network can't be entered ({failure.Message})", failure);
        }
    }

    private static async Task<Socket> OutsideAsync(string server, int port, CancellationToken cancellationToken)
    {
        var unix = server.StartsWith('/');
        var socket = unix ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(SocketType.Stream, ProtocolType.Tcp);
        return await ConnectAsync(socket, unix ? new UnixDomainSocketEndPoint(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{server}/.s.PGSQL.{port}")) : new DnsEndPoint(server, port), cancellationToken).ConfigureAwait(false);
    }

    // An application may listen on either loopback.
    private async Task<Socket> InsideAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            return await ConnectAsync(await _sockets.SocketAsync(AddressFamily.InterNetwork).ConfigureAwait(false), new IPEndPoint(IPAddress.Loopback, port), cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException) when (Socket.OSSupportsIPv6)
        {
            return await ConnectAsync(await _sockets.SocketAsync(AddressFamily.InterNetworkV6).ConfigureAwait(false), new IPEndPoint(IPAddress.IPv6Loopback, port), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<Socket> ConnectAsync(Socket socket, EndPoint there, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(there, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Listen(Socket listener, int port, Func<CancellationToken, Task<Socket>> connect)
    {
        _listeners.Add(listener);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(64);
        _ = Relay.ServeAsync(listener, connect, _closing.Token);
    }
}
