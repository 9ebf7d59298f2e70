namespace UpgradeModule.Engine.Apps;

/// <summary>What silences outbound effects.</summary>
public sealed record RehearsalSpec
{
    /// <summary>Environment variables and their values on a clone.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; } = new Dictionary<string, string>();
}
