using System.Net.Sockets;
using UpgradeModule.Engine.Containers.Addresses;

namespace UpgradeModule.Engine.Containers.Transports;

/// <summary>Connects to a socket of the file system.</summary>
internal sealed class UnixSocketTransport(EngineAddress address) : IEngineTransport
{
    /// <inheritdoc/>
    public async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(address.Path), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (Exception failure)
        {
            socket.Dispose();
            if (failure is SocketException refused) throw Explain(refused);
            throw;
        }
    }

    private UpgradeException Explain(SocketException failure)
    {
        var origin = EngineTransports.Origin(address);
        if (failure.SocketErrorCode == SocketError.AccessDenied) return Forbidden(failure);
        if (failure.SocketErrorCode == SocketError.ConnectionRefused) return EngineErrors.Unreachable(address.Text, "the socket is there, but nobody listens: the engine is down.", "Start it ('systemctl start docker', or 'systemctl start podman.socket')." + origin, failure);
        return File.Exists(address.Path)
            ? EngineErrors.Unreachable(address.Text, failure.Message, "Check that it is an engine's socket and that the engine runs." + origin, failure)
            : EngineErrors.Unreachable(address.Text, "there is no such socket.", "Install Docker or Podman and start its service, or name the engine's address." + origin, failure);
    }

    private UpgradeException Forbidden(SocketException failure)
    {
        const string Why = "this user has no right to the socket.";
        var group = UnixUser.GroupOf(address.Path);
        var remedy = group is null or "root"
            ? "Run this as root, or use an engine of this user (rootless Docker or Podman)."
            : $"Add the user to the group '{group}' ('usermod -aG {group} USER', then log in again), or run this as root. Who is in that group has root's rights by the engine.";
        return EngineErrors.Unreachable(address.Text, Why, remedy, failure, UpgradeErrorCategory.PermissionDenied);
    }
}
