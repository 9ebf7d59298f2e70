namespace UpgradeModule.Engine.Apps;

/// <summary>What a target text means.</summary>
public enum VersionTargetKind
{
    /// <summary>The newest release.</summary>
    Latest,

    /// <summary>The newest release whose numbers begin as given: <c>50</c>, <c>0.50.x</c>, <c>5.5.x</c>.</summary>
    Newest,

    /// <summary>A version; where no release is written so, the newest whose numbers begin so.</summary>
    Version,
}
