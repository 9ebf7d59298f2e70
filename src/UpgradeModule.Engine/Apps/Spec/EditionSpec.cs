namespace UpgradeModule.Engine.Apps;

/// <summary>One edition.</summary>
public sealed record EditionSpec
{
    /// <summary>The short name.</summary>
    public string Id { get; set; } = "";

    /// <summary>The vendor's name.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>Whether it is assumed where nothing says otherwise.</summary>
    public bool Default { get; set; }

    /// <summary>The edition's name in its migrations; <c>{migrationTag}</c> stands for it in migrate commands.</summary>
    public string? MigrationTag { get; set; }

    /// <summary>Image names (without tag) by which it is recognised.</summary>
    public IReadOnlyList<string> Images { get; set; } = [];

    /// <summary>Settings and the values by which it is recognised.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; set; } = new Dictionary<string, string>();
}
