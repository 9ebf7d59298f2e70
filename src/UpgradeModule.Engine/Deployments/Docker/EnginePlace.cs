using System.Net;

namespace UpgradeModule.Engine.Deployments.Docker;

/// <summary>Where an engine is, seen from this machine.</summary>
/// <param name="HostName">The name or address at which ports that it publishes are reached.</param>
/// <param name="IsLocal">Whether it is this machine.</param>
/// <param name="SharesNetwork">Whether containers are reached by their own addresses, and files of its machine by their paths: an engine on this very Linux.</param>
internal sealed record EnginePlace(string HostName, bool IsLocal, bool SharesNetwork)
{
    private const string Loopback = "127.0.0.1";

    /// <summary>Works it out.</summary>
    /// <param name="address">The engine's address.</param>
    public static EnginePlace Of(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is "unix" or "npipe") return new EnginePlace(Loopback, true, OperatingSystem.IsLinux() && uri?.Scheme != "npipe");
        var local = uri.IsLoopback || (IPAddress.TryParse(uri.Host, out var ip) && IPAddress.IsLoopback(ip));

        // Behind ssh to itself or a forwarded port there may be any machine.
        return local ? new EnginePlace(Loopback, true, false) : new EnginePlace(uri.Host, false, false);
    }
}
