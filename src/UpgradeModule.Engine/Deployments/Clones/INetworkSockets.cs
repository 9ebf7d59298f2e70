using System.Net.Sockets;

namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>Makes sockets in another network than this process's own. A socket belongs for ever to the network that it was made in, whoever uses it.</summary>
internal interface INetworkSockets : IDisposable
{
    /// <summary>Makes one.</summary>
    /// <param name="family">The kind of its addresses.</param>
    /// <exception cref="SocketException">The system refuses.</exception>
    Task<Socket> SocketAsync(AddressFamily family);
}
