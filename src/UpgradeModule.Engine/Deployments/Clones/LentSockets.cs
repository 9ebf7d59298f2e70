using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>
/// Sockets of a network that this process can't enter, because it is no root, but owns: a tiny program in there makes a store of them, of which this
/// process takes copies.
/// </summary>
/// <param name="enter">The program, and its arguments, that runs another one in the network.</param>
/// <param name="folder">A private folder for the tiny program.</param>
internal sealed class LentSockets(IReadOnlyList<string> enter, string folder) : INetworkSockets
{
    private const int Last = 63;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // Makes sockets of the family that the count of its arguments is (as cheap a message as there is) until number 63, then waits for ever.
    private static readonly byte[] s_amd64 = [0x8b, 0x3c, 0x24, 0xbe, 0x01, 0x00, 0x00, 0x00, 0x31, 0xd2, 0xb8, 0x29, 0x00, 0x00, 0x00, 0x0f, 0x05, 0x83, 0xf8, Last, 0x72, 0xed, 0xb8, 0x22, 0x00, 0x00, 0x00, 0x0f, 0x05, 0xeb, 0xf7];
    private static readonly uint[] s_arm64 =
    [
        0xf94003f3, 0xaa1303e0, 0xd2800021, 0xd2800002, 0xd28018c8, 0xd4000001, 0xf100fc1f, 0x54ffff43,
        0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800004, 0xd2800928, 0xd4000001, 0x17fffff9,
    ];

    private readonly ConcurrentDictionary<AddressFamily, ConcurrentQueue<Socket>> _stores = new();
    private readonly ConcurrentDictionary<AddressFamily, string> _missing = new();
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <inheritdoc/>
    public async Task<Socket> SocketAsync(AddressFamily family)
    {
        var store = _stores.GetOrAdd(family, static _ => new ConcurrentQueue<Socket>());
        if (store.TryDequeue(out var socket)) return socket;
        if (_missing.TryGetValue(family, out var known)) throw Missing(known);
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            while (!store.TryDequeue(out socket)) await FillAsync(family, store).ConfigureAwait(false);
            return socket;
        }
        catch (Exception failure) when (failure is Win32Exception or IOException)
        {
            // A machine without IPv6, say: it is not tried for every connection.
            _missing[family] = failure.Message;
            throw Missing(failure.Message);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var socket in _stores.Values.SelectMany(static store => store)) socket.Dispose();
        _gate.Dispose();
    }

    private async Task FillAsync(AddressFamily family, ConcurrentQueue<Socket> store)
    {
        // The kernel's number for IPv6 is another than .NET's.
        var count = family == AddressFamily.InterNetworkV6 ? 10 : 2;
        var start = new ProcessStartInfo(enter[0], [.. enter.Skip(1), Program(), .. Enumerable.Repeat("-", count - 1)]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        try
        {
            var last = await TakeAsync(process).ConfigureAwait(false);
            for (var number = 3; number < Last; number++)
            {
                if (NativeNetwork.Take(process.Id, number) is >= 0 and var taken) Keep(taken);
            }

            Keep(last);
        }
        finally
        {
            process.Kill();
        }

        void Keep(int taken)
        {
            // What the program was started with besides is no socket of that kind.
            var socket = Make(taken);
            if (socket is null) return;
            if (socket.AddressFamily == family && socket.SocketType == SocketType.Stream) store.Enqueue(socket);
            else socket.Dispose();
        }
    }

    private static async Task<int> TakeAsync(Process process)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(5).ConfigureAwait(false))
        {
            if (process.HasExited) throw new IOException((await process.StandardError.ReadToEndAsync().ConfigureAwait(false)).Trim());
            if (NativeNetwork.Take(process.Id, Last) is >= 0 and var taken) return taken;
            if (watch.Elapsed > Patience) throw new IOException("no socket can be made in it");
        }
    }

    private static SocketException Missing(string why) => new((int)SocketError.NetworkDown, why);

    private static Socket? Make(int number)
    {
        var handle = new SafeSocketHandle(number, ownsHandle: true);
        try
        {
            return new Socket(handle);
        }
        catch (SocketException)
        {
            handle.Dispose();
            return null;
        }
    }

    private string Program()
    {
        var path = Path.Combine(folder, "sockets");
        if (File.Exists(path)) return path;
        var program = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => TinyProgram.Amd64(s_amd64),
            Architecture.Arm64 => TinyProgram.Arm64(s_arm64),
            var other => throw new IOException($"no program that makes sockets is known for the processor '{other}'"),
        };
        File.WriteAllBytes(path + ".new", program);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path + ".new", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.Move(path + ".new", path);
        return path;
    }
}
