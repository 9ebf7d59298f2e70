namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A container to be made. The client writes it as the engine's API version wants it: one network at once before 1.44, all of them since.</summary>
internal sealed record ContainerCreateRequest
{
    /// <summary>Its name; the engine thinks of one where <see langword="null"/>.</summary>
    public string? Name { get; init; }

    /// <summary>The platform (<c>linux/amd64</c>); the engine's own where <see langword="null"/>.</summary>
    public string? Platform { get; init; }

    /// <summary>What it runs; <see cref="ContainerConfig.Image"/> must be set.</summary>
    public ContainerConfig Config { get; init; } = new();

    /// <summary>How it is tied to the host.</summary>
    public HostConfig HostConfig { get; init; } = new();

    /// <summary>
    /// Its networks by name. The one that <see cref="Objects.HostConfig.NetworkMode"/> names comes first; without a mode, the first one is the mode. Only what a user
    /// may ask for is sent: IPAMConfig, Links, Aliases, DriverOpts, GwPriority, MacAddress.
    /// </summary>
    public IReadOnlyDictionary<string, EndpointSettings>? Networks { get; init; }
}
