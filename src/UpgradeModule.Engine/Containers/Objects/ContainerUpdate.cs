namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>What is changed of a container as it is. Podman before 5 can't (<c>ContainerEngineNotSupported</c>).</summary>
internal sealed record ContainerUpdate
{
    /// <summary>The restart policy; as it is where <see langword="null"/>.</summary>
    public RestartPolicy? RestartPolicy { get; init; }
}
