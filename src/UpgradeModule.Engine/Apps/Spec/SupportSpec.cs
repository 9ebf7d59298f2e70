namespace UpgradeModule.Engine.Apps;

/// <summary>The support of one major.</summary>
public sealed record SupportSpec
{
    /// <summary>The major.</summary>
    public int Major { get; init; }

    /// <summary>The day of its first release.</summary>
    public DateOnly? Released { get; init; }

    /// <summary>The day on which its support ends.</summary>
    public DateOnly? EndOfLife { get; init; }

    /// <summary>Whether it is supported longer than others.</summary>
    public bool LongTerm { get; init; }
}
