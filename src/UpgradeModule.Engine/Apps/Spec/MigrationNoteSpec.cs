namespace UpgradeModule.Engine.Apps;

/// <summary>What is known of one migration.</summary>
public sealed record MigrationNoteSpec
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary><c>reversible</c>, <c>noop</c> or <c>gate</c>.</summary>
    public string Rollback { get; init; } = "reversible";

    /// <summary>The release that brought it.</summary>
    public string? Release { get; init; }

    /// <summary>Editions and the like that run it.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}
