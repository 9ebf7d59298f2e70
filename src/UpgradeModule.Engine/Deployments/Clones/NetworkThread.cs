using System.Collections.Concurrent;
using System.ComponentModel;
using System.Globalization;
using System.Net.Sockets;

namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>
/// A thread that is in a network of its own and makes sockets there. A socket belongs for ever to the network that it was made in, whoever uses it.
/// The network lasts as long as the thread, or a process that was started into it.
/// </summary>
internal sealed class NetworkThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    private NetworkThread()
    {
    }

    /// <summary>The network's path, for <c>nsenter</c>.</summary>
    public string Path { get; private set; } = "";

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

    /// <summary>Makes a socket in the network.</summary>
    /// <param name="family">The kind of its addresses.</param>
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
            Path = string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/task/{NativeNetwork.Thread}/ns/net");
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
