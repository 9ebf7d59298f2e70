namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>Fixed addresses that a user asked for.</summary>
internal sealed record EndpointIpamConfig
{
    /// <summary>The address of version 4.</summary>
    public string? IPv4Address { get; init; }

    /// <summary>The address of version 6.</summary>
    public string? IPv6Address { get; init; }

    /// <summary>Link-local addresses.</summary>
    public IReadOnlyList<string>? LinkLocalIPs { get; init; }
}
