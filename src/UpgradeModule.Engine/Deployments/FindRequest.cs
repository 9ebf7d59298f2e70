using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments;

/// <summary>Where a host looks for deployments that nobody has registered.</summary>
public sealed record FindRequest
{
    /// <summary>The address of the container engine; the usual ones where <see langword="null"/>.</summary>
    public string? DockerHost { get; init; }

    /// <summary>Who is told.</summary>
    public IOperationContext Operation { get; init; } = NullOperationContext.Instance;
}
