using System.Net.Security;
using System.Net.Sockets;
using UpgradeModule.Engine.Containers.Transports;

namespace UpgradeModule.Engine.Containers.Streams;

/// <summary>A connection of its own that stopped being HTTP: bytes go both ways, and one way can be ended before the other.</summary>
/// <param name="client">The client that made it, and that ends with it.</param>
/// <param name="response">The answer that gave it up.</param>
/// <param name="body">What is read and written.</param>
/// <param name="raw">What the transport connected.</param>
internal sealed class UpgradedConnection(HttpClient client, HttpResponseMessage response, Stream body, Stream raw) : IDisposable
{
    /// <summary>The bytes of both ways.</summary>
    public Stream Stream => body;

    /// <summary>Tells the other side that nothing more comes, and goes on listening to it.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task EndInputAsync(CancellationToken cancellationToken)
    {
        try
        {
            switch (raw)
            {
                case SslStream secure:
                    await secure.ShutdownAsync().ConfigureAwait(false);
                    break;
                case NetworkStream network:
                    network.Socket.Shutdown(SocketShutdown.Send);
                    break;
                case ProcessStream process:
                    process.EndInput();
                    break;
                default:
                    // On a named pipe an engine takes an empty message for the end.
                    await raw.WriteAsync(ReadOnlyMemory<byte>.Empty, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            // The other side has gone already, and what it said last is still to be read.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        response.Dispose();
        client.Dispose();
        raw.Dispose();
    }
}
