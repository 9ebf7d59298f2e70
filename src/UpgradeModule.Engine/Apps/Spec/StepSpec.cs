namespace UpgradeModule.Engine.Apps;

/// <summary>One step between versions that the application doesn't do by itself.</summary>
public sealed record StepSpec
{
    /// <summary>Its name, unique in the definition.</summary>
    public string Id { get; set; } = "";

    /// <summary>What it does, in a line.</summary>
    public string Title { get; set; } = "";

    /// <summary><c>manual</c> or <c>automatic</c>.</summary>
    public string Kind { get; set; } = "manual";

    /// <summary>It is done before the first stop at or above this version, where the version before is below it.</summary>
    public string? Before { get; set; }

    /// <summary>It is done after the first stop at or above this version, where the version before is below it.</summary>
    public string? After { get; set; }

    /// <summary>The lowest version at which it can be done: the path has that stop, or a newer one of the same major, before it.</summary>
    public string? AtLeast { get; set; }

    /// <summary>The editions that need it; all where empty.</summary>
    public IReadOnlyList<string> Editions { get; set; } = [];

    /// <summary>The database engines that need it (Postgres, Sqlite, H2, MySql, Mongo); all where empty.</summary>
    public IReadOnlyList<string> Engines { get; set; } = [];

    /// <summary>How it is done, as Markdown.</summary>
    public string Instructions { get; set; } = "";

    /// <summary>The address of the page that demands it.</summary>
    public string? Source { get; set; }

    /// <summary>Tells whether it is needed; needed where empty.</summary>
    public ProbeSpec? Needed { get; set; }

    /// <summary>Tells whether it is done; a person confirms it where empty.</summary>
    public ProbeSpec? Done { get; set; }
}
