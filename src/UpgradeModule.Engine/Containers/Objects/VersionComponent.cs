namespace UpgradeModule.Engine.Containers.Objects;

/// <summary>A part of an engine.</summary>
internal sealed record VersionComponent
{
    /// <summary>Its name.</summary>
    public string? Name { get; init; }
}
