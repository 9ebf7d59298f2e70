namespace UpgradeModule.Engine.Apps;

/// <summary>The rules of the upgrade path.</summary>
public sealed record PathSpec
{
    /// <summary>Mandatory stops, each by majors or by an exact version. Without any, every version is one hop away.</summary>
    public IReadOnlyList<PathRuleSpec> Stops { get; set; } = [];
}
