namespace UpgradeModule.Engine.Apps;

/// <summary>The texts by which a definition writes a release's status.</summary>
internal static class ReleaseStatuses
{
    /// <summary>The texts, in the order of the enumeration.</summary>
    public static readonly string[] Texts = ["available", "notRecommended", "withdrawn", "neverPublished", "tagOnly"];

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The status, or <see langword="null"/> where the text is none.</returns>
    public static ReleaseStatus? Parse(string text) => Array.IndexOf(Texts, text) is >= 0 and var index ? (ReleaseStatus)index : null;
}
