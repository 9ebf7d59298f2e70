namespace UpgradeModule.Engine.Apps;

/// <summary>A release of one edition, prepared for searching.</summary>
internal sealed class ReleaseEntry
{
    /// <summary>The version as its edition writes it.</summary>
    public required AppVersion Version { get; init; }

    /// <summary>The version in the form that compares across editions.</summary>
    public required AppVersion Neutral { get; init; }

    /// <summary>The major.</summary>
    public required int Major { get; init; }

    /// <summary>What is known about it.</summary>
    public required ReleaseStatus Status { get; init; }

    /// <summary>Whether it is a pre-release.</summary>
    public required bool PreRelease { get; init; }

    /// <summary>The release as the definition has it.</summary>
    public required ReleaseSpec Spec { get; init; }

    /// <summary>Whether it can be installed at all.</summary>
    public bool Usable => Status is ReleaseStatus.Available or ReleaseStatus.NotRecommended;
}
