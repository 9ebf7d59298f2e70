namespace UpgradeModule.Pipeline;

/// <summary>How long the cmdlets wait for what may not answer.</summary>
internal static class Limits
{
    /// <summary>How long looking at one deployment may take.</summary>
    public static readonly TimeSpan Probe = TimeSpan.FromSeconds(2);

    /// <summary>How long completing a word may take.</summary>
    public static readonly TimeSpan Completion = TimeSpan.FromSeconds(1);
}
