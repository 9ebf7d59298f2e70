namespace UpgradeModule;

/// <summary>One action before or after a stop of an upgrade path.</summary>
public sealed record UpgradeStep : AppRecord
{
    /// <summary>Its name, unique in the application.</summary>
    public string Id { get; init; } = "";

    /// <summary>What it does, in a line.</summary>
    public string Title { get; init; } = "";

    /// <summary>Who does it.</summary>
    public UpgradeStepKind Kind { get; init; }

    /// <summary>How it is done, as Markdown.</summary>
    public string Instructions { get; init; } = "";

    /// <summary>Whether its probe says that it is needed; empty where it was not asked.</summary>
    public bool? Needed { get; init; }

    /// <summary>Whether its probe says that it is done; empty where it was not asked.</summary>
    public bool? Done { get; init; }

    /// <summary>The address of the page that demands it.</summary>
    public string? Source { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Title;
}
