namespace UpgradeModule;

/// <summary>What an application is, as a file describes it: its editions, releases, upgrade rules, settings and health.</summary>
public sealed record AppDefinition : AppRecord
{
    /// <summary>The name by which cmdlets know the application.</summary>
    public string Name { get; init; } = "";

    /// <summary>The name that people know.</summary>
    public string DisplayName { get; init; } = "";

    /// <summary>Its editions, the default one first.</summary>
    public IReadOnlyList<AppEdition> Editions { get; init; } = [];

    /// <summary>Where the definition comes from: <c>Shipped</c>, or the path of the file that was registered.</summary>
    public string Source { get; init; } = "";

    /// <summary>The full path of the definition file.</summary>
    public string Path { get; init; } = "";

    /// <summary>The day on which its facts were collected.</summary>
    public DateOnly? Date { get; init; }

    /// <summary>How many releases it knows.</summary>
    public int Releases { get; init; }

    /// <summary>The application's home page.</summary>
    public string? Website { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
