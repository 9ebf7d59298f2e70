namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A container that was made.</summary>
internal sealed record ContainerCreated
{
    /// <summary>The full id.</summary>
    public string Id { get; init; } = "";

    /// <summary>What the engine warns of.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }
}
