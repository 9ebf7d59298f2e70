namespace UpgradeModule.Engine.Containers;

/// <summary>Which lines of a container's log.</summary>
internal sealed record LogQuery
{
    /// <summary>The last so many lines; all where <see langword="null"/>.</summary>
    public int? Tail { get; init; }

    /// <summary>Only lines since then.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Whether new lines are waited for, until the container ends.</summary>
    public bool Follow { get; init; }
}
