namespace UpgradeModule.Engine.Apps;

/// <summary>What is known of one migration, or of those whose names match a pattern. One that is named counts before any pattern.</summary>
public sealed record MigrationNoteSpec
{
    /// <summary>Its name.</summary>
    public string? Name { get; set; }

    /// <summary>In place of a name: a regular expression of the names of several.</summary>
    public string? Pattern { get; set; }

    /// <summary><c>reversible</c>, <c>noop</c> or <c>gate</c>.</summary>
    public string Rollback { get; set; } = "reversible";

    /// <summary>The release that brought it.</summary>
    public string? Release { get; set; }

    /// <summary>Editions and the like that run it.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];
}
