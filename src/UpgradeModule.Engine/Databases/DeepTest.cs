namespace UpgradeModule.Engine.Databases;

/// <summary>That the content of a backup can't be compared.</summary>
internal static class DeepTest
{
    /// <summary>The error.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="format">The backup's format.</param>
    public static UpgradeException NotSupported(DatabaseEngine engine, string? format) =>
        new("DeepTestNotSupported", UpgradeErrorCategory.NotImplemented, format ?? engine.ToString(), $"The content of a backup of {engine}{(format is null ? "" : $" in the format '{format}'")} can't be compared with a restored copy's.", "Test it without -Deep: it is restored and every row counted.");
}
