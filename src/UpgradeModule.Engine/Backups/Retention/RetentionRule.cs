namespace UpgradeModule.Engine.Backups.Retention;

/// <summary>
/// Which backups are kept. Days, weeks (from Monday) and months are those of UTC, and only such count as have a backup; each keeps its newest.
/// What any of them keeps is kept.
/// </summary>
public sealed record RetentionRule
{
    /// <summary>How many of the newest are kept.</summary>
    public int? Last { get; init; }

    /// <summary>Of how many days one is kept.</summary>
    public int? Daily { get; init; }

    /// <summary>Of how many weeks one is kept.</summary>
    public int? Weekly { get; init; }

    /// <summary>Of how many months one is kept.</summary>
    public int? Monthly { get; init; }

    /// <summary>How old the others must be to be removed; any age where <see langword="null"/>.</summary>
    public TimeSpan? OlderThan { get; init; }

    /// <summary>Whether it says nothing, so that it would remove everything.</summary>
    public bool IsEmpty => Last is null && Daily is null && Weekly is null && Monthly is null && OlderThan is null;
}
