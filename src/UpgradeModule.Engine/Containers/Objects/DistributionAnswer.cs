namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>What a registry has under a reference.</summary>
internal sealed record DistributionAnswer
{
    /// <summary>What the reference names.</summary>
    public DistributionDescriptor? Descriptor { get; init; }

    /// <summary>The platforms that it has.</summary>
    public IReadOnlyList<DistributionPlatform>? Platforms { get; init; }
}
