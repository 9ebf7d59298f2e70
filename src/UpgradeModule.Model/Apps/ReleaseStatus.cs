namespace UpgradeModule;

/// <summary>What is known about a release.</summary>
public enum ReleaseStatus
{
    /// <summary>It can be installed.</summary>
    Available,

    /// <summary>It can be installed, and its vendor or experience advises against it.</summary>
    NotRecommended,

    /// <summary>Its vendor took it back: never a stop of a path.</summary>
    Withdrawn,

    /// <summary>It was announced or tagged, and no artifact was ever published.</summary>
    NeverPublished,

    /// <summary>It exists as a source tag only, without a published artifact.</summary>
    TagOnly,
}
