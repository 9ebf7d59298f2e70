using System.Net.Sockets;

namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>Hands on what comes in at one socket to another, both ways.</summary>
internal static class Relay
{
    /// <summary>Serves a listener until it is closed.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="connect">Makes the other end of a connection.</param>
    /// <param name="cancellationToken">Ends it, and every connection.</param>
    public static async Task ServeAsync(Socket listener, Func<CancellationToken, Task<Socket>> connect, CancellationToken cancellationToken)
    {
        while (true)
        {
            Socket caller;
            try
            {
                caller = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }

            _ = HandOnAsync(caller, connect, cancellationToken);
        }
    }

    private static async Task HandOnAsync(Socket caller, Func<CancellationToken, Task<Socket>> connect, CancellationToken cancellationToken)
    {
        using (caller)
        {
            try
            {
                using var called = await connect(cancellationToken).ConfigureAwait(false);
                caller.NoDelay = true;
                if (called.ProtocolType == ProtocolType.Tcp) called.NoDelay = true;
                await Task.WhenAll(CopyAsync(caller, called, cancellationToken), CopyAsync(called, caller, cancellationToken)).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                // Nobody there yet, or one of the two hung up: so does the other.
            }
        }
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[65536];
        try
        {
            while (await from.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                for (var sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), cancellationToken).ConfigureAwait(false);
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception failure) when (failure is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // One that was torn must not leave the other direction waiting.
            from.Close();
            to.Close();
        }
    }
}
