using UpgradeModule.Engine.Containers.Addresses;

namespace UpgradeModule.Engine.Containers.Transports;

/// <summary>The kinds of connection.</summary>
internal static class EngineTransports
{
    /// <summary>Gives the one for an address.</summary>
    /// <param name="address">The address.</param>
    public static IEngineTransport For(EngineAddress address) => address.Scheme switch
    {
        EngineScheme.Unix => new UnixSocketTransport(address),
        EngineScheme.Pipe => new NamedPipeTransport(address),
        EngineScheme.Tcp => new TcpTransport(address),
        EngineScheme.Ssh => new SshTransport(address),
        _ => throw new ArgumentOutOfRangeException(nameof(address)),
    };

    /// <summary>What a remedy says of where an address came from.</summary>
    /// <param name="address">The address.</param>
    public static string Origin(EngineAddress address) => address.Source is null ? "" : $" The address is from {address.Source}.";
}
