namespace UpgradeModule.Engine.Deployments.Clones;

/// <summary>What a clone runs with.</summary>
public sealed record CloneFittings
{
    /// <summary>Settings in place of its deployment's own; <see langword="null"/> takes one away. They may hold secrets.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The database as the clone's deployment has it; <see langword="null"/> where the application has none.</summary>
    public DatabaseTarget? Database { get; init; }

    /// <summary>Files of the application's database, which are never copied: paths as the application knows them.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];
}
