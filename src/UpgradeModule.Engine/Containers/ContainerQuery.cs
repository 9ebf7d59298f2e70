namespace UpgradeModule.Engine.Containers;

/// <summary>Which containers a list has.</summary>
internal sealed record ContainerQuery
{
    /// <summary>Whether those that don't run are in it too.</summary>
    public bool All { get; init; } = true;

    /// <summary>Labels that they must have: <c>name</c> or <c>name=value</c> each.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>A volume (by name) or a path inside that they must mount.</summary>
    public string? Volume { get; init; }
}
