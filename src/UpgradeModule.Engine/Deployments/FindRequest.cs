using UpgradeModule.Engine.Operations;

namespace UpgradeModule.Engine.Deployments;

/// <summary>Where a host looks for deployments that nobody has registered.</summary>
public sealed record FindRequest
{
    /// <summary>The address of the container engine; the usual ones where <see langword="null"/>.</summary>
    public string? DockerHost { get; init; }

    /// <summary>Whether something that was found is registered already, so that nobody needs to be told what to mind when registering it.</summary>
    public Func<AppDeployment, bool> IsKnown { get; init; } = static _ => false;

    /// <summary>Who is told.</summary>
    public IOperationContext Operation { get; init; } = NullOperationContext.Instance;
}
