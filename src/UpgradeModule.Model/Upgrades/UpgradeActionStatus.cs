namespace UpgradeModule;

/// <summary>The state of one action of an upgrade run.</summary>
public enum UpgradeActionStatus
{
    /// <summary>Not begun.</summary>
    Pending,

    /// <summary>Begun; whether it took effect is for its probe to tell.</summary>
    Started,

    /// <summary>Done.</summary>
    Done,

    /// <summary>Not needed.</summary>
    Skipped,

    /// <summary>Failed.</summary>
    Failed,

    /// <summary>Done and taken back.</summary>
    Undone,
}
