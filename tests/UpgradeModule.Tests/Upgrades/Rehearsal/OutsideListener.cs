using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace UpgradeModule.Tests.Upgrades.Rehearsal;

/// <summary>A listener on every address of this machine, which counts who calls.</summary>
internal sealed class OutsideListener : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Any, 0);
    private int _calls;

    public OutsideListener()
    {
        _listener.Start();
        _ = ServeAsync();
    }

    /// <summary>Its addresses: the loopback's and those of every interface, Docker's bridge among them.</summary>
    public string Addresses
    {
        get
        {
            var port = ((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
            var addresses = NetworkInterface.GetAllNetworkInterfaces().SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(one => one.Address).Where(address => address.AddressFamily == AddressFamily.InterNetwork).Distinct().Take(4);
            return string.Join(',', addresses.Prepend(IPAddress.Loopback).Distinct().Select(address => $"{address}:{port}"));
        }
    }

    /// <summary>How often it was called, when all that came has been counted.</summary>
    public async Task<int> CallsAsync()
    {
        await Task.Delay(200);
        return Volatile.Read(ref _calls);
    }

    public void Dispose() => _listener.Stop();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var caller = await _listener.AcceptSocketAsync();
                Interlocked.Increment(ref _calls);
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
        }
    }
}
