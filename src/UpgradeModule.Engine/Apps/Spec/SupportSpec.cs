namespace UpgradeModule.Engine.Apps;

/// <summary>The support of one major.</summary>
public sealed record SupportSpec
{
    /// <summary>The major.</summary>
    public int Major { get; set; }

    /// <summary>The day of its first release.</summary>
    public DateOnly? Released { get; set; }

    /// <summary>The day on which its support ends.</summary>
    public DateOnly? EndOfLife { get; set; }

    /// <summary>Whether it is supported longer than others.</summary>
    public bool LongTerm { get; set; }
}
