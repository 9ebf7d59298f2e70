using System.Collections.Concurrent;
using System.ComponentModel;
using System.Net.Sockets;

namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>
/// A thread that is in a network of its own and makes sockets there. A socket belongs for ever to the network that it was made in, whoever uses it.
/// Only who may everything can enter one so.
/// </summary>
internal sealed class NetworkThread : INetworkSockets
{
    private readonly BlockingCollection<Action> _work = [];

    private NetworkThread()
    {
    }

    /// <summary>Starts one.</summary>
    /// <param name="move">Takes the thread into its network.</param>
    /// <exception cref="Win32Exception">The system refuses.</exception>
    public static async Task<NetworkThread> StartAsync(Action move)
    {
        var thread = new NetworkThread();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => thread.Run(move, started)) { IsBackground = true, Name = "UpgradeModule network" }.Start();
        await started.Task.ConfigureAwait(false);
        return thread;
    }

    /// <inheritdoc/>
    public Task<Socket> SocketAsync(AddressFamily family)
    {
        var made = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                made.SetResult(new Socket(family, SocketType.Stream, ProtocolType.Tcp));
            }
            catch (SocketException failure)
            {
                made.SetException(failure);
            }
        });
        return made.Task;
    }

    /// <inheritdoc/>
    public void Dispose() => _work.CompleteAdding();

    private void Run(Action move, TaskCompletionSource started)
    {
        try
        {
            move();
        }
        catch (Exception failure) when (failure is Win32Exception or EntryPointNotFoundException or DllNotFoundException or SocketException)
        {
            started.SetException(failure);
            return;
        }

        started.SetResult();
        foreach (var work in _work.GetConsumingEnumerable()) work();
    }
}
