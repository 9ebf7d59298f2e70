using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace UpgradeModule.Engine.Databases.Postgres.Managed.Wire;

/// <summary>Connects to a server, by TCP or a Unix socket, encrypted as its log-in says.</summary>
internal static class WireSocket
{
    private const int AliveAfter = 30;

    /// <summary>Connects.</summary>
    /// <param name="logIn">The server and its TLS mode.</param>
    /// <param name="encrypted">Whether it must be encrypted whatever the mode says.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The connection: a <see cref="SslStream"/> where it is encrypted.</returns>
    /// <exception cref="WireUnusableException">It can't be encrypted, and must be.</exception>
    public static async Task<Stream> ConnectAsync(PostgresLogIn logIn, bool encrypted, CancellationToken cancellationToken)
    {
        var mode = logIn.SslMode ?? "prefer";
        var isFile = IsFile(logIn.Server);
        var stream = new NetworkStream(isFile ? await OpenFileAsync(logIn, cancellationToken).ConfigureAwait(false) : await OpenTcpAsync(logIn, cancellationToken).ConfigureAwait(false), ownsSocket: true);
        try
        {
            // A server doesn't encrypt what never leaves its machine.
            if (mode == "disable" || (isFile && mode == "prefer")) return encrypted ? throw new WireUnusableException("the driver's session is encrypted, and this one would not be") : stream;
            await stream.WriteAsync(WireMessages.AskForTls(), cancellationToken).ConfigureAwait(false);
            // One byte and no more: what came behind it unencrypted could be anybody's.
            var answer = new byte[1];
            await stream.ReadExactlyAsync(answer, cancellationToken).ConfigureAwait(false);
            if (answer[0] == 'S') return await WireTls.EncryptAsync(stream, logIn.Server, mode, cancellationToken).ConfigureAwait(false);
            if (answer[0] != 'N' || mode != "prefer" || encrypted) throw new WireUnusableException("the server doesn't take TLS");
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static bool IsFile(string server) => server is ['/', ..] || (OperatingSystem.IsWindows() && Path.IsPathRooted(server));

    private static async Task<Socket> OpenFileAsync(PostgresLogIn logIn, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        return await ConnectAsync(socket, new UnixDomainSocketEndPoint(Path.Combine(logIn.Server, string.Create(System.Globalization.CultureInfo.InvariantCulture, $".s.PGSQL.{logIn.Port}"))), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Socket> OpenTcpAsync(PostgresLogIn logIn, CancellationToken cancellationToken)
    {
        SocketException? first = null;
        foreach (var address in await Dns.GetHostAddressesAsync(logIn.Server, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, AliveAfter);
                return await ConnectAsync(socket, new IPEndPoint(address, logIn.Port), cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException failure)
            {
                first ??= failure;
            }
        }

        throw first ?? new SocketException((int)SocketError.HostNotFound);
    }

    private static async Task<Socket> ConnectAsync(Socket socket, EndPoint place, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(place, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
