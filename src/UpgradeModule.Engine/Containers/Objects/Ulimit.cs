namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A limit of a container's processes.</summary>
internal sealed record Ulimit
{
    /// <summary>Its name: nofile, nproc … Podman's inspect says <c>RLIMIT_NOFILE</c>, which a create request refuses; the client mends it.</summary>
    public string? Name { get; init; }

    /// <summary>The soft limit.</summary>
    public long Soft { get; init; }

    /// <summary>The hard limit.</summary>
    public long Hard { get; init; }
}
