namespace UpgradeModule.Engine.State;

/// <summary>A definition that was registered.</summary>
public sealed record StoredDefinition
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The document.</summary>
    public string Json { get; init; } = "";

    /// <summary>The path that it was registered from.</summary>
    public string Source { get; init; } = "";

    /// <summary>When, in UTC.</summary>
    public DateTimeOffset RegisteredOn { get; init; }
}
