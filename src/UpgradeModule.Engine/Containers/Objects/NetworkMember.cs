namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A container in a network.</summary>
internal sealed record NetworkMember
{
    /// <summary>The container's name.</summary>
    public string? Name { get; init; }

    /// <summary>Its address with the length of its prefix: <c>172.18.0.2/16</c>.</summary>
    public string? IPv4Address { get; init; }

    /// <summary>Its address of version 6, likewise.</summary>
    public string? IPv6Address { get; init; }

    /// <summary>Its hardware address.</summary>
    public string? MacAddress { get; init; }
}
