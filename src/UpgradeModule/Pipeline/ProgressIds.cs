namespace UpgradeModule.Pipeline;

/// <summary>Gives an activity the same number each time: PowerShell draws one bar a number.</summary>
internal static class ProgressIds
{
    /// <summary>The number of an activity, from 1.</summary>
    /// <param name="activity">Its name.</param>
    public static int Of(string activity)
    {
        // FNV-1a: string.GetHashCode differs from process to process.
        var hash = 2166136261u;
        foreach (var c in activity) hash = (hash ^ c) * 16777619u;
        return (int)(hash & 0x3FFFFFFF) + 1;
    }
}
