namespace UpgradeModule.Engine.Apps;

/// <summary>A number that an upgrade must not lower.</summary>
public sealed record InvariantSpec
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>The query that gives it.</summary>
    public string? Sql { get; set; }

    /// <summary>The count command that gives it, as JSON.</summary>
    public string? Mongo { get; set; }

    /// <summary>The engines it can be asked of; all where empty.</summary>
    public IReadOnlyList<string> Engines { get; set; } = [];

    /// <summary>The first version that has it.</summary>
    public string? From { get; set; }

    /// <summary>The first version that no longer has it.</summary>
    public string? Below { get; set; }
}
