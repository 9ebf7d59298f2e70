namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>An address on the host that a container's port is published on.</summary>
internal sealed record PortBinding
{
    /// <summary>The address; empty for all.</summary>
    public string? HostIp { get; init; }

    /// <summary>The port, as text; empty or <c>0</c> in a request for a free one.</summary>
    public string? HostPort { get; init; }
}
