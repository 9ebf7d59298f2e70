using System.Text.Json;
using System.Text.Json.Serialization;

namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A container's end in a network: what the user asked for, and what the engine gave.</summary>
internal sealed record EndpointSettings
{
    /// <summary>Fixed addresses that the user asked for.</summary>
    public EndpointIpamConfig? IPAMConfig { get; init; }

    /// <summary>Links, of this network.</summary>
    public IReadOnlyList<string>? Links { get; init; }

    /// <summary>Names in this network. Engines before 26 add the container's short id.</summary>
    public IReadOnlyList<string>? Aliases { get; init; }

    /// <summary>Names that the engine's resolver answers to; tells, takes nothing.</summary>
    public IReadOnlyList<string>? DNSNames { get; init; }

    /// <summary>Options of the network's driver.</summary>
    public IReadOnlyDictionary<string, string>? DriverOpts { get; init; }

    /// <summary>Which network gives the default gateway: the highest one.</summary>
    public int? GwPriority { get; init; }

    /// <summary>The network's id.</summary>
    public string? NetworkID { get; init; }

    /// <summary>This end's id.</summary>
    public string? EndpointID { get; init; }

    /// <summary>The address, while it runs.</summary>
    public string? IPAddress { get; init; }

    /// <summary>The address of version 6, while it runs.</summary>
    public string? GlobalIPv6Address { get; init; }

    /// <summary>The gateway, while it runs.</summary>
    public string? Gateway { get; init; }

    /// <summary>The hardware address.</summary>
    public string? MacAddress { get; init; }

    /// <summary>What isn't modelled.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Extra { get; set; }
}
