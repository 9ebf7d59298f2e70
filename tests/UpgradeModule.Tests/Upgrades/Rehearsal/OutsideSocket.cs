using System.Net.Sockets;

namespace UpgradeModule.Tests.Upgrades.Rehearsal;

/// <summary>A service that listens at a path, as databases and container engines do, and counts who calls.</summary>
internal sealed class OutsideSocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _folder;
    private int _calls;

    public OutsideSocket(string place)
    {
        _folder = System.IO.Path.Combine(place, "um-test-" + Guid.NewGuid().ToString("N")[..8]);
        Directory.CreateDirectory(_folder);
        Path = System.IO.Path.Combine(_folder, "s");
        _socket.Bind(new UnixDomainSocketEndPoint(Path));
        File.SetUnixFileMode(Path, (UnixFileMode)0x1FF);
        _socket.Listen();
        _ = ServeAsync();
    }

    public string Path { get; }

    public int Calls => Volatile.Read(ref _calls);

    public void Dispose()
    {
        _socket.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var caller = await _socket.AcceptAsync();
                Interlocked.Increment(ref _calls);
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
        }
    }
}
